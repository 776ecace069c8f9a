/**
 * What must hold in the hub's database between an order and its replacement. Each selects one text
 * for each place where it does not.
 */
export const REPLACEMENT_RULES: Readonly<Record<string, string>> = {
  'a replaced order and its replacement name each other': `
    select concat_ws(' ', o.id, o.status, o.replaced_by, r.replaces)
    from orders o left join orders r on r.id = o.replaced_by
    where (o.status = 'REPLACED') <> (o.replaced_by is not null) or (o.replaced_by is not null and r.replaces is distinct from o.id)`,

  'a replacement works in the place of its original or not at all': `
    select concat_ws(' ', r.id, r.status, r.reject_code, o.id, o.status, o.replaced_by)
    from orders r join orders o on o.id = r.replaces
    where case r.status
      when 'PENDING_NEW' then false
      when 'REJECTED' then o.replaced_by = r.id and r.reject_code not in ('BROKER_REJECTED', 'OPERATOR_FAILED')
      else o.replaced_by is distinct from r.id end`,

  'one replacement at most waits for a place': `
    select replaces from orders o
    where replaces is not null and status = 'PENDING_NEW' and not exists (select 1 from orders p where p.replaced_by = o.id)
    group by replaces having count(*) > 1`,
};

/**
 * The same once nothing is on its way: the end of an order and that of its replacement are two
 * writes.
 */
export const REPLACEMENT_RULES_AT_REST: Readonly<Record<string, string>> = {
  'no replacement waits for the place of an order that has ended': `
    select concat_ws(' ', r.id, o.id, o.status) from orders r join orders o on o.id = r.replaces
    where r.status = 'PENDING_NEW' and o.status in ('FILLED', 'CANCELED', 'REPLACED', 'REJECTED', 'EXPIRED') and o.replaced_by is distinct from r.id`,
};
