import { findReferences } from './references.ts';

describe('findReferences', () => {
  it('finds variables and files wherever they stand, each once', () => {
    const text = `
secrets:
  - { project: shop, name: a, fromEnv: A_KEY }
  - { project: shop, name: b, fromFile: keys/b.txt }
  - { project: shop, name: c, fromEnv: A_KEY }
keys:
  - { project: shop, name: k, textFromEnv: K_TEXT }
  - { project: shop, name: l, text_from_env: L_TEXT }
webhooks:
  - { project: shop, url: "https://a.example/", secretFromEnv: A_SECRET }
  - { project: shop, url: "https://b.example/", secretFromFile: hooks/b.txt }
`;
    expect(findReferences(text)).toEqual({
      variables: ['A_KEY', 'K_TEXT', 'L_TEXT', 'A_SECRET'],
      files: ['keys/b.txt', 'hooks/b.txt'],
    });
  });

  it.each(['', 'secrets: [', 'just text', '7', '&a [*a]'])('finds none in %j', (text) => {
    expect(findReferences(text)).toEqual({ variables: [], files: [] });
  });
});
