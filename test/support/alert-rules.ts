import { readFileSync } from 'node:fs';

export interface AlertRule {
  alert: string;
  expr: string;
  severity: string;
  summary: string;
  runbookUrl: string;
}

const RULES = new URL('../../alerts/hub.rules.yml', import.meta.url);

/**
 * The rules of alerts/hub.rules.yml; of YAML it knows what that file uses. Throws for a rule that
 * lacks something.
 */
export function readAlertRules(): AlertRule[] {
  const rules = readFileSync(RULES, 'utf8')
    .split(/^ {6}- alert: /m)
    .slice(1);
  return rules.map((text) => {
    const field = (pattern: RegExp): string => {
      const found = pattern.exec(text)?.[1]?.trim();
      if (!found) throw new Error(`a rule lacks ${pattern}:\n${text}`);
      return found;
    };
    return {
      alert: field(/^(\w+)$/m),
      expr: field(/^ {8}expr: (?:>-\n)?((?:.+\n?(?= {10}))*.+)/m),
      severity: field(/severity: (page|ticket) /),
      summary: field(/summary: (['"].+['"])$/m),
      runbookUrl: field(/runbook_url: (\S+)$/m),
    };
  });
}

/** The metrics that an expression reads, without the endings of a histogram's series. */
export function metricsIn(expr: string): string[] {
  const names =
    expr
      .replace(/"[^"]*"/g, '')
      .match(/\b(?:hub|temporal|http|rpc|redis|paper_broker|order_step|market_data)_\w+|\bup\b/g) ??
    [];
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, '')))];
}
