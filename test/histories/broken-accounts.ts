import type postgres from 'postgres';

export type BreakableTable = 'orders' | 'executions';

/**
 * Lets a test break the booking of single accounts: a trigger rejects their rows as a database does
 * that cannot answer now (SQLSTATE 57014), so that everybody else goes on.
 */
export async function createBrokenAccounts(hub: postgres.Sql) {
  await hub.unsafe(`
    create table if not exists broken_accounts (table_name text, account_id uuid, primary key (table_name, account_id));
    create or replace function reject_broken_account() returns trigger language plpgsql security definer as $$
    begin
      if exists (select 1 from broken_accounts b where b.table_name = tg_table_name and b.account_id = new.account_id) then
        raise exception 'the account is broken' using errcode = '57014';
      end if;
      return new;
    end $$;
    create or replace trigger reject_broken before insert on orders for each row execute function reject_broken_account();
    create or replace trigger reject_broken before insert on executions for each row execute function reject_broken_account();`);

  return async function breakTable(
    table: BreakableTable,
    accountId: string,
  ): Promise<() => Promise<void>> {
    await hub`insert into broken_accounts values (${table}, ${accountId})`;
    return async () => {
      await hub`delete from broken_accounts where table_name = ${table} and account_id = ${accountId}`;
    };
  };
}
