import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { createMailer, type Mailer } from '../../src/notify/mail.ts'
import { setLetter } from '../../src/notify/paper.ts'
import { smtp } from '../../src/notify/smtp.ts'
import { type Delivery, mailServer, type ServerBehaviour } from '../support/mail-server.ts'

const letter = setLetter('Grüße – 40 invites', [{ paragraph: 'Hello Kim,' }, { paragraph: 'ein Satz mit ü.' }])
const post = { letter, to: 'kim@acme.example', name: 'acme-12' }

interface Over {
  mailer: Mailer
  deliveries: Delivery[]
  /** When the server first left a client without an answer. */
  silent: Promise<void>
}

async function over(behaviour: ServerBehaviour, credentials = ''): Promise<Over> {
  const server = await mailServer(behaviour)
  onTestFinished(() => server.close())
  const smtpUrl = `smtp://${credentials}127.0.0.1:${server.port}`
  return {
    mailer: createMailer({ smtpUrl, from: 'rosterd <rosterd@localhost>', folder: '/nowhere' }),
    deliveries: server.deliveries,
    silent: server.silent,
  }
}

describe('over SMTP', () => {
  test('a letter arrives, once, as text and HTML', async () => {
    const { mailer, deliveries } = await over({})
    const messageId = await mailer.send(post)
    expect(deliveries).toHaveLength(1)
    const [mail] = deliveries
    expect(mail).toMatchObject({ from: 'rosterd@localhost', to: ['kim@acme.example'] })
    expect(mail?.raw).toContain(`Message-ID: ${messageId}`)
    expect(mail?.raw).toContain('Auto-Submitted: auto-generated')
    expect(mail?.raw).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(mail?.raw).toContain('Content-Type: text/plain; charset=utf-8')
    expect(mail?.raw).toContain('ein Satz mit =C3=BC.')
    expect(mail?.raw).toContain('Content-Type: text/html; charset=utf-8')
  })

  test('it signs in with the user and password of the URL', async () => {
    const { mailer, deliveries } = await over({ login: { user: 'kim', password: 'p@ss' } }, 'kim:p%40ss@')
    await mailer.send(post)
    expect(deliveries).toHaveLength(1)
    expect(mailer.destination).toBe('mail server 127.0.0.1')
  })

  test.each<[string, ServerBehaviour, 'temporary' | 'permanent' | 'unknown', RegExp]>([
    ['550 for the recipient', { recipient: 550 }, 'permanent', /answered: 550/],
    ['451 for the recipient', { recipient: 451 }, 'temporary', /answered: 451/],
    ['550 for the sender: our setting, not this letter', { sender: 550 }, 'temporary', /answered: 550/],
    ['554 for the text', { text: 554 }, 'permanent', /answered: 554/],
    ['452 for the text', { text: 452 }, 'temporary', /answered: 452/],
    ['a connection lost before the text', { dropAt: 'recipient' }, 'temporary', /could not be used/],
    ['a connection lost after the text', { dropAt: 'text' }, 'unknown', /may have arrived/],
    ['a password that is not taken', { login: { user: 'kim', password: 'other' } }, 'temporary', /answered: 535/],
  ])('%s', async (_name, behaviour, failure, message) => {
    const { mailer, deliveries } = await over(behaviour, 'login' in behaviour ? 'kim:secret@' : '')
    const error = await mailer.send(post).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'MailError', failure })
    expect(String(error)).toMatch(message)
    expect(String(error)).not.toContain('secret')
    expect(deliveries).toEqual([])
  })

  test('nobody listening is temporary', async () => {
    const probe = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => probe.once('listening', resolve))
    const address = probe.address()
    await new Promise((resolve) => probe.close(resolve))
    const port = typeof address === 'object' && address ? address.port : 0
    const mailer = createMailer({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'rosterd@localhost', folder: '/nowhere' })
    await expect(mailer.send(post)).rejects.toMatchObject({ failure: 'temporary' })
  })

  test('an address is one address, whatever stands in it', async () => {
    const { mailer, deliveries } = await over({})
    await mailer.send({ ...post, to: 'a@acme.example, b@acme.example' }).catch(() => undefined)
    expect(deliveries.flatMap((mail) => mail.to)).not.toContain('b@acme.example')
    await mailer.send({ ...post, to: 'kim@acme.example\r\nBcc: b@acme.example' }).catch(() => undefined)
    expect(deliveries.flatMap((mail) => mail.to)).not.toContain('b@acme.example')
  })

  test.each<['unknown' | 'temporary', ServerBehaviour]>([
    ['unknown', { hangAt: 'text' }],
    ['temporary', { hangAt: 'recipient' }],
  ])('cut while the server is silent: %s', async (failure, behaviour) => {
    const { mailer, silent } = await over(behaviour)
    const cut = new AbortController()
    const sending = mailer.send(post, cut.signal).catch((reason: unknown) => reason)
    await silent
    cut.abort()
    expect(await sending).toMatchObject({ failure })
  })
})

test('a letter that does not end in time is given up', async () => {
  const server = await mailServer({ hangAt: 'text' })
  onTestFinished(() => server.close())
  const mail = {
    raw: Buffer.from('Subject: x\r\n\r\nx'),
    from: 'a@acme.example',
    to: 'b@acme.example',
    messageId: '<x>',
  }
  const sending = smtp(`smtp://127.0.0.1:${server.port}`, 300).deliver(mail, 'x')
  await expect(sending).rejects.toMatchObject({
    failure: 'unknown',
    message: expect.stringContaining('no end after 0.3 s'),
  })
})

describe('as files', () => {
  const before = process.umask()
  afterEach(() => {
    process.umask(before)
  })

  test('a letter is one file that only its owner reads', async () => {
    process.umask(0)
    const directory = await mkdtemp(join(tmpdir(), 'rosterd-mail-'))
    onTestFinished(() => rm(directory, { recursive: true }))
    const folder = join(directory, 'mail')
    const mailer = createMailer({ smtpUrl: null, from: 'rosterd <rosterd@localhost>', folder })
    const messageId = await mailer.send(post)
    const files = await readdir(folder)
    expect(files).toEqual([expect.stringMatching(/^\d{8}T\d{9}Z-acme-12\.eml$/)])
    const file = join(folder, files[0] ?? '')
    expect(await readFile(file, 'utf8')).toContain(`Message-ID: ${messageId}`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('a folder that cannot be made is temporary', async () => {
    const mailer = createMailer({
      smtpUrl: null,
      from: 'rosterd@localhost',
      folder: join(import.meta.filename, 'mail'),
    })
    await expect(mailer.send(post)).rejects.toMatchObject({ failure: 'temporary' })
  })
})
