/**
 * What a daemon held when it was killed: lanes, letters and jobs. Left alone, each would be taken up when its own time is over,
 * after seconds or minutes.
 */
import type { Handle } from './connection.ts'

/**
 * Lets go of all of it at once: for the one daemon that has claimed a database to itself, when no worker but its own can hold any.
 * Letters that were leaving may have arrived; the postman finds them at his next round, and says so.
 */
export async function releaseLeftBehind(handle: Handle): Promise<void> {
  await handle`update letters set taken_at = 'epoch' where state = 'sending'`
  await releaseLostWork(handle)
}

/**
 * Lets go of lanes and jobs alone: for a daemon that lives and whose database was gone. Every transaction ended with it, so what was
 * under way has failed; letters are still leaving.
 */
export async function releaseLostWork(handle: Handle): Promise<void> {
  await handle`update lanes set plan_id = null, until = clock_timestamp() where plan_id is not null`
  const [queue] = await handle<{ exists: boolean }[]>`select to_regclass('jobs.job') is not null as exists`
  if (queue?.exists) await releaseJobs(handle)
}

/** Jobs that were being done wait again, and those that waited for another try have waited enough. */
async function releaseJobs(handle: Handle): Promise<void> {
  await handle`
    update jobs.job set state = 'retry', start_after = now()
    where state = 'active' and not exists (select from jobs.job other
      where other.name = job.name and other.state = 'retry' and other.singleton_key is not distinct from job.singleton_key)`
  await handle`update jobs.job set start_after = now() where state = 'retry' and start_after > now()`
  // One that waits for another try already needs no second: this one counts as given up once its heartbeat is missed.
  await handle`update jobs.job set heartbeat_on = '-infinity' where state = 'active'`
  // Workers pass over the keys that the queue last saw running.
  await handle`update jobs.queue set singletons_active = null where singletons_active is not null`
}
