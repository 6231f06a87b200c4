/** The bytes of a file, read through one descriptor from the first look to the verdict: whatever takes its name meanwhile is another file. */
import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** Never through a link, and never waiting for the other end of a pipe. */
const PLAIN_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
const BLOCK = 256 * 1024

export class Content {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** Null when there is nothing, or nothing but a link, a folder or a pipe. */
  static async open(path: string): Promise<Content | null> {
    let file: FileHandle | null = null
    try {
      file = await open(path, PLAIN_FILE)
      if ((await file.stat()).isFile()) return new Content(file)
    } catch (error) {
      if (!isGone(error)) {
        await file?.close()
        throw error
      }
    }
    await file?.close()
    return null
  }

  /** Whether it still lies under this name is not asked. */
  stat() {
    return this.#file.stat()
  }

  /** From the first byte, or so many bytes at the end. */
  async *read(last = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
    const { size } = await this.stat()
    for (let at = Math.max(0, size - last); ; ) {
      const block = Buffer.allocUnsafe(BLOCK)
      const { bytesRead } = await this.#file.read(block, 0, BLOCK, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield block.subarray(0, bytesRead)
    }
  }

  /** The digest as hex, over what the file holds now. */
  async digest(algorithm: 'sha256' | 'md5' = 'sha256'): Promise<string> {
    const hash = createHash(algorithm)
    for await (const block of this.read()) hash.update(block)
    return hash.digest('hex')
  }

  /** Reads from the first byte and takes the digest of what was read on the way. */
  async *readInto(hash: Hash): AsyncGenerator<Uint8Array> {
    for await (const block of this.read()) {
      hash.update(block)
      yield block
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

/** The name leads nowhere, or to what is no plain file (ELOOP: a link; ENXIO: a pipe or a socket). */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ELOOP', 'ENXIO'].includes(String(error.code))
}
