/**
 * Rows of cells as text: the first column to the left, the others to the right, the first row as
 * the head.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? '', width, column === 0))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, widths.map((width) => '─'.repeat(width)).join('  '), ...body].join('\n');
}

/** In characters as people count them: `≤` is one. */
const widthOf = (text: string): number => [...text].length;

const pad = (text: string, width: number, left: boolean): string => {
  const blanks = ' '.repeat(width - widthOf(text));
  return left ? text + blanks : blanks + text;
};
