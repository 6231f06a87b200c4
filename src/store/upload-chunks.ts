/** The bytes of uploads, in pieces, so that nobody holds a file and any process can read it again in another way. */
import type { Handle } from './connection.ts'

export async function addChunk(
  handle: Handle,
  organization: number,
  snapshot: number,
  number: number,
  content: Uint8Array,
): Promise<void> {
  await handle`
    insert into upload_chunks (organization_id, snapshot_id, number, content)
    values (${organization}, ${snapshot}, ${number}, ${Buffer.from(content)})`
}

/** All bytes are there; their sha256 as hex names them. */
export async function sealUpload(
  handle: Handle,
  organization: number,
  snapshot: number,
  sha256: string,
): Promise<void> {
  await handle`
    update snapshots set file_sha256 = ${sha256}
    where organization_id = ${organization} and id = ${snapshot} and state = 'staging'`
}

/** The bytes again, piece by piece. */
export async function* readChunks(handle: Handle, organization: number, snapshot: number): AsyncGenerator<Uint8Array> {
  for (let number = 0; ; number++) {
    const [chunk] = await handle<{ content: Buffer }[]>`
      select content from upload_chunks
      where organization_id = ${organization} and snapshot_id = ${snapshot} and number = ${number}`
    if (chunk === undefined) return
    yield chunk.content
  }
}
