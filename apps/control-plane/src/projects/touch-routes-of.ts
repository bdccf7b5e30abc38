import { type ConfigChange } from '../config-publishing/config-changes.ts';
import { touch } from '../config-publishing/touched.ts';
import { routes } from '../database/tables.ts';

/** Published routes of the project are compiled anew: what they take from elsewhere has changed. */
export async function touchRoutesOf(change: ConfigChange, projectId: string): Promise<void> {
  for (const route of await change.manager.findBy(routes, { projectId })) {
    if (route.publishedVersion !== null) change.touch(touch.route(route.id));
  }
}
