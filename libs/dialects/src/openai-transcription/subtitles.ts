import type { TranscribedSpan } from '@tollgate/neutral';

/** SubRip or WebVTT text. Line breaks inside a segment become blanks: an empty line would end its cue. */
export function subtitlesOf(segments: readonly TranscribedSpan[], format: 'srt' | 'vtt'): string {
  const point = format === 'srt' ? ',' : '.';
  const cues = segments.map(({ text, startS, endS }, index) => {
    const times = `${clock(startS, point)} --> ${clock(endS, point)}`;
    const line = text.trim().replace(/\s*[\r\n]+\s*/g, ' ');
    return `${format === 'srt' ? `${index + 1}\n` : ''}${times}\n${line}\n\n`;
  });
  return `${format === 'vtt' ? 'WEBVTT\n\n' : ''}${cues.join('')}`;
}

function clock(seconds: number, point: string): string {
  const ms = Math.max(0, Math.round(seconds * 1_000));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const rest = String(ms % 1_000).padStart(3, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}${point}${rest}`;
}
