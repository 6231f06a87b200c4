import { SMTPServer } from 'smtp-server'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMailer } from '../../src/notify/mail.ts'
import { mailServerOf } from '../../src/notify/mail-server.ts'
import { setLetter } from '../../src/notify/paper.ts'

const post = { letter: setLetter('Hello', [{ paragraph: 'Hello Kim,' }]), to: 'kim@acme.example', name: 'acme-12' }

/** A server without STARTTLS, as a middlebox that strikes it makes any server look. */
async function stripped(auth: boolean) {
  const seen: string[] = []
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    authOptional: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    disabledCommands: auth ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    onAuth: ({ username, password }, _session, callback) => {
      seen.push(`password ${password}`)
      callback(null, { user: username })
    },
    onData: (stream, _session, callback) => {
      stream.on('data', () => undefined)
      stream.on('end', () => {
        seen.push('letter')
        callback(null)
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { seen, port }
}

const over = (smtpUrl: string) => createMailer({ smtpUrl, from: 'rosterd@localhost', folder: '/nowhere' }).send(post)

describe('a password goes to no server without TLS', () => {
  // 0.0.0.0 reaches this machine, and its name does not say so.
  test('where STARTTLS is missing: neither password nor letter leave, and the error says what to do', async () => {
    const { seen, port } = await stripped(true)
    const error: unknown = await over(`smtp://kim:secret@0.0.0.0:${port}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'MailError', failure: 'temporary' })
    expect(String(error)).toMatch(/0\.0\.0\.0 did not take up TLS.*STARTTLS.*smtps:.*\?requireTLS=false/)
    expect(String(error)).not.toContain('secret')
    expect(seen).toEqual([])
  })

  test.each(['requireTLS=false', 'ignoreTLS=true'])('unless the URL says ?%s', async (option) => {
    const { seen, port } = await stripped(true)
    await over(`smtp://kim:secret@0.0.0.0:${port}?${option}`)
    expect(seen).toEqual(['password secret', 'letter'])
  })

  test.each([
    ['this machine itself is trusted', 'kim:secret@127.0.0.1', ['password secret', 'letter']],
    ['without a password there is nothing to lose', '0.0.0.0', ['letter']],
  ])('%s', async (_name, who, expected) => {
    const { seen, port } = await stripped(true)
    await over(`smtp://${who}:${port}`)
    expect(seen).toEqual(expected)
  })

  test('a server that does not offer to sign in gets no letter that was to be sent signed in', async () => {
    const { seen, port } = await stripped(false)
    await expect(over(`smtp://kim:secret@127.0.0.1:${port}`)).rejects.toMatchObject({
      failure: 'temporary',
      message: expect.stringContaining('does not offer to sign in'),
    })
    expect(seen).toEqual([])
  })

  test.each([
    ['smtp://kim:secret@mail.example', true],
    ['smtp://kim:secret@[::1]:25', undefined],
    ['smtp://kim:secret@localhost', undefined],
    ['smtps://kim:secret@mail.example', undefined],
    ['smtp://mail.example', undefined],
    ['smtp://kim:secret@mail.example?requireTLS=true', true],
  ])('%s requires STARTTLS: %s', (url, required) => {
    expect(mailServerOf(url).options['requireTLS']).toBe(required)
  })
})
