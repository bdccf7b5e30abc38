import { z } from 'zod';
import { startSimulator, type Simulator } from '../src/index.ts';
import { clientOf, readJson, send, userSays } from './support.ts';

const model = 'gpt-4o-mini-instant';

const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', minLength: 3 },
        unit: { type: 'string', enum: ['celsius', 'fahrenheit'] },
        days: { type: 'integer', minimum: 1, maximum: 5 },
      },
      required: ['city', 'unit', 'days'],
      additionalProperties: false,
    },
  },
};
const clock = {
  type: 'function' as const,
  function: { name: 'get_time', parameters: { type: 'object', properties: {} } },
};
const weatherArguments = z.strictObject({
  city: z.string().min(3),
  unit: z.enum(['celsius', 'fahrenheit']),
  days: z.int().min(1).max(5),
});

describe('tools and JSON schemas', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  afterEach(() => simulator.clear());
  afterAll(() => simulator.stop());

  test('it guarantees that talk of the weather calls the tool with valid arguments', async () => {
    const answer = await clientOf(simulator).chat.completions.create({
      model,
      messages: userSays('How is the weather in Bonn?'),
      tools: [clock, weather],
    });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message.content).toBeNull();
    const [call] = choice?.message.tool_calls ?? [];
    if (call?.type !== 'function') throw new Error('no function was called');
    expect(call.function.name).toBe('get_weather');
    expect(weatherArguments.safeParse(JSON.parse(call.function.arguments)).success).toBe(true);
  });

  test('it guarantees that streamed deltas fold into the unary calls, several at once', async () => {
    const client = clientOf(simulator);
    const request = {
      model,
      messages: userSays('Call get_time and get_weather, please'),
      tools: [clock, weather],
    };
    const unary = await client.chat.completions.create(request);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    const callsOf = (answer: typeof unary): unknown =>
      answer.choices[0]?.message.tool_calls?.map((call) => 'function' in call && call.function);
    expect(callsOf(streamed)).toMatchObject(callsOf(unary) as object);
    expect(unary.choices[0]?.message.tool_calls).toHaveLength(2);
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls');
  });

  test('it guarantees that a forced tool is called, and that text follows its result', async () => {
    const client = clientOf(simulator);
    const forced = await client.chat.completions.create({
      model,
      messages: userSays('Hi'),
      tools: [weather, clock],
      tool_choice: { type: 'function', function: { name: 'get_time' } },
    });
    const message = forced.choices[0]?.message;
    const [call] = message?.tool_calls ?? [];
    if (message === undefined || call === undefined) throw new Error('no tool was called');
    expect(call).toMatchObject({ function: { name: 'get_time', arguments: '{}' } });
    const after = await client.chat.completions.create({
      model,
      messages: [
        ...userSays('Hi'),
        message,
        { role: 'tool', tool_call_id: call.id, content: 'noon' },
      ],
      tools: [weather, clock],
    });
    expect(after.choices[0]?.finish_reason).toBe('stop');
    expect(after.choices[0]?.message.content).toContain('noon');
  });

  test('it guarantees text where no tool is wanted', async () => {
    const client = clientOf(simulator);
    const none = await client.chat.completions.create({
      model,
      messages: userSays('The weather?'),
      tools: [weather],
      tool_choice: 'none',
    });
    const idle = await client.chat.completions.create({
      model,
      messages: userSays('Good morning'),
      tools: [weather],
    });
    expect([none, idle].map(({ choices }) => choices[0]?.finish_reason)).toEqual(['stop', 'stop']);
  });

  test('it guarantees JSON that is valid for the schema, streamed or not', async () => {
    const client = clientOf(simulator);
    const schema = {
      type: 'object',
      properties: {
        title: { type: 'string' },
        steps: { type: 'array', items: { $ref: '#/$defs/step' }, minItems: 2 },
      },
      required: ['title', 'steps'],
      additionalProperties: false,
      $defs: {
        step: {
          type: 'object',
          properties: {
            at: { type: 'string', format: 'date-time' },
            next: { anyOf: [{ $ref: '#/$defs/step' }, { type: 'null' }] },
          },
          required: ['at', 'next'],
          additionalProperties: false,
        },
      },
    };
    const request = {
      model,
      messages: userSays('Plan'),
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'plan', strict: true, schema },
      },
    };
    const unary = await client.chat.completions.create(request);
    const text = unary.choices[0]?.message.content ?? '';
    expect(
      z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(JSON.parse(text))
        .success,
    ).toBe(true);
    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    expect(streamed.choices[0]?.message.content).toBe(text);
  });

  test('it guarantees a JSON object for json_object', async () => {
    const answer = await clientOf(simulator).chat.completions.create({
      model,
      messages: userSays('JSON, please'),
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual(expect.any(Object));
  });

  test('it guarantees that a schema without a finite sample is refused', async () => {
    const endless = { type: 'object', properties: { self: { $ref: '#' } }, required: ['self'] };
    const body = JSON.stringify({
      model,
      messages: userSays('Hello'),
      response_format: { type: 'json_schema', json_schema: { name: 'endless', schema: endless } },
    });
    const answer = await send(simulator, 'POST', '/v1/chat/completions', body);
    expect(answer.statusCode).toBe(400);
    expect(await readJson(answer)).toMatchObject({
      error: { code: 'invalid_json_schema', param: 'response_format' },
    });
  });
});
