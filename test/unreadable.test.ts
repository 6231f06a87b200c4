/** Requests that no parser can read, over a real socket. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answerUnreadable, MOST_HEAD } from '../src/unreadable.ts'

let server: Server
let port = 0
beforeAll(async () => {
  server = createServer({ maxHeaderSize: MOST_HEAD }, (request, response) => response.end(String(request.url?.length)))
  server.on('clientError', answerUnreadable)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address !== null && typeof address === 'object') port = address.port
})
afterAll(() => server?.close())

async function say(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString()
  })
  socket.write(text)
  await once(socket, 'close')
  return answer
}
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))

test('a filter of 20,000 parentheses in the address is read', async () => {
  const answer = await say(
    `GET /scim/v2/Users?filter=${'('.repeat(20_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  expect(answer).toMatch(/^HTTP\/1.1 200 /)
})

test.each([
  ['a head that is too long', `GET /scim/v2/Users?filter=${'('.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
  ['a method that does not exist', 'FOO /scim/v2/Users HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a length that is no number', 'POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n', 400],
])('%s is told of with an error of SCIM', async (_, text, status) => {
  const answer = await say(text)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*application/scim\\+json`))
  expect(bodyOf(answer)).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: expect.stringMatching(/\w/),
  })
})

test('anywhere else it is a problem (RFC 9457)', async () => {
  const answer = await say('FOO /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(answer).toContain('application/problem+json')
  expect(bodyOf(answer)).toMatchObject({ status: 400 })
})
