/** Files that are written while they travel. */
import type { Logger } from 'pino'

/** Once a file has begun to travel no error can be answered any more: it is logged, and the download breaks off. */
export async function* watched(text: AsyncGenerator<string>, log: Logger): AsyncGenerator<string> {
  try {
    yield* text
  } catch (error) {
    log.error({ err: error }, 'a download broke off')
    // The server prints what reaches it, and the error of a database may name anything.
    throw new Error('a download broke off')
  }
}

/** @param name of the file */
export function streamed(text: AsyncGenerator<string>, type: string, name: string): Response {
  const body = ReadableStream.from(text).pipeThrough(new TextEncoderStream())
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename="${name}"`,
      // Names and addresses: no cache on the way, and none of a shared machine, keeps them.
      'cache-control': 'no-store',
    },
  })
}
