import { askSystem, readOperatorAccess } from './operator-access.ts';
import { systemTable } from './system-table.ts';

/** `npm run status`: ends with 0 when every part is UP, with 1 otherwise. */
try {
  const system = await askSystem(readOperatorAccess(process.env));
  console.log(systemTable(system));
  process.exitCode = system.status === 'UP' ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
