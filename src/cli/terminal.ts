/** Where a command reads and writes; tests give one that only remembers. */
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'

export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** A question can be asked: both ends are a person's terminal. */
  readonly interactive: boolean
  /** Errors and progress go to a terminal that can redraw a line. */
  readonly redraws: boolean
  /** Columns; Infinity where the output goes to a file, another program, or a terminal that does not tell. */
  readonly width: number
  readonly colours: boolean
  ask(question: string): Promise<string>
  /** Everything that another program writes into this one; absent where a person types. */
  piped?(): Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The process's own. Colours only where a person looks, and never against NO_COLOR (no-color.org) or `--no-color`. */
export function processTerminal(argv: readonly string[]): Terminal {
  const { stdin, stdout, stderr, env } = process
  const plain = argv.includes('--no-color') || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    redraws: stderr.isTTY === true && env['TERM'] !== 'dumb',
    width: (stdout.isTTY === true && stdout.columns) || Number.POSITIVE_INFINITY,
    colours: stdout.isTTY === true && !plain,
    ask: async (question) => {
      const asked = createInterface({ input: stdin, output: stdout })
      try {
        return await asked.question(question)
      } catch (error) {
        // Ctrl-C and Ctrl-D close the question without an answer, which is no yes.
        if (!(error instanceof Error && error.name === 'AbortError')) throw error
        stdout.write('\n')
        return ''
      } finally {
        asked.close()
      }
    },
    ...(stdin.isTTY !== true && { piped: () => text(stdin) }),
    env,
  }
}
