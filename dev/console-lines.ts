import { stripVTControlCharacters } from 'node:util';

const WARN = 40;
const CHARS_MAX = 200;

/**
 * What the terminal shows of a child's log line: warnings and worse in short, `null` for the rest.
 * A database's rejections of single statements are the caller's business and stay in its log.
 */
export function shortenLine(name: string, coloured: string): string | null {
  const line = stripVTControlCharacters(coloured);
  if (name === 'postgres')
    return /\b(FATAL|PANIC):/.test(line) && !line.includes('shutting down') ? clip(line) : null;
  if (name === 'redis' || name === 'temporal') return null;
  // Of a stack trace the first line says it; the rest is in the log.
  if (!line.startsWith('{')) return /^(?!\s).*(error|fatal)/i.test(line) ? clip(line) : null;
  const entry = parseEntry(line);
  if (entry === null || typeof entry.level !== 'number' || entry.level < WARN) return null;
  const reason = entry.err?.message ?? entry.error;
  return clip(
    `${entry.level === WARN ? 'warning' : 'error'}: ${entry.msg ?? ''}${reason ? ` (${String(reason)})` : ''}`,
  );
}

interface LogEntry {
  readonly level?: unknown;
  readonly msg?: string;
  readonly err?: { message?: string };
  readonly error?: unknown;
}

function parseEntry(line: string): LogEntry | null {
  try {
    return JSON.parse(line) as LogEntry;
  } catch {
    return null;
  }
}

function clip(text: string): string {
  return text.length > CHARS_MAX ? `${text.slice(0, CHARS_MAX)}…` : text;
}
