/** What /readyz is told of a drop folder: what is wrong, and what to do. */
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DropFolder } from '../../../src/sync/drop/folder.ts'
import { troubleOfFolder } from '../../../src/sync/drop/trouble.ts'

let folder: DropFolder
beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'rosterd-trouble-'))
  await chmod(root, 0o755)
  folder = new DropFolder(root, ['*.csv'])
  await folder.prepare()
  for (const place of ['in', 'processing']) await chmod(join(root, place), 0o755)
})
afterEach(() => rm(folder.root, { recursive: true, force: true }))

const look = (checkPermissions = true) => troubleOfFolder('acme.hr', folder, checkPermissions)

/** The superuser may open everything, so it steps down for a moment: opening asks for the effective user. */
async function asPlainUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

test('a folder that is as it should be is in no trouble', async () => {
  await writeFile(join(folder.inbox, 'roster.csv'), 'email\n')
  expect(await look()).toBe(null)
})

test.each(['', 'in'])('one into which anybody may write, unless that is allowed: %s', async (place) => {
  const open = join(folder.root, place)
  await chmod(open, 0o777)
  expect(await look()).toEqual({
    code: 'open to all',
    why: `Files of acme.hr are not taken: anybody may write into ${open}, so nothing in it is read.`,
    next: `Close it with chmod o-w ${open}, or allow it with check_permissions: false; files that wait there are taken by themselves then.`,
  })
  expect(await look(false)).toBe(null)
})

test('files that may not be read, and nothing else that lies there', async () => {
  for (const name of ['b.csv', 'a.csv.sha256', 'c.csv', 'notes.doc', '.d.csv', 'e.csv.part']) {
    await writeFile(join(folder.inbox, name), 'x')
    await chmod(join(folder.inbox, name), name === 'c.csv' ? 0o644 : 0)
  }
  await mkdir(join(folder.inbox, 'f.csv'), { mode: 0 })
  await symlink('/nowhere', join(folder.inbox, 'g.csv'))
  expect(await asPlainUser(() => look())).toEqual({
    code: 'closed files',
    why: `Not every file of acme.hr can be taken: a.csv.sha256 and 1 more in ${folder.inbox} may not be read by this user.`,
    next: 'Give the user that runs rosterd the right to read what is written there; it is taken by itself then.',
  })
})
