/** What the documents promise: files that exist, commands that exist, pages that say what the code says. */
import { existsSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { csvColumns } from '../../scripts/generate-csv-columns.ts'
import { failureReasons } from '../../scripts/generate-failure-reasons.ts'
import { run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { configJsonSchema } from '../../src/config/index.ts'
import { CATALOGUE } from '../../src/errors.ts'
import { EVENTS } from '../../src/events.ts'
import { REASONS } from '../../src/reconcile/reasons.ts'
import { ROOT, read, sources, trackedFiles, withoutComments } from './tree.ts'

const pages = trackedFiles().filter((path) => path.endsWith('.md') && !path.startsWith('test/'))

describe('generated files are up to date', () => {
  it('docs/failure-reasons.md: node scripts/generate-failure-reasons.ts', () => {
    expect(read('docs/failure-reasons.md')).toBe(failureReasons())
  })

  it('docs/csv.md: node scripts/generate-csv-columns.ts', () => {
    expect(read('docs/csv.md')).toContain(csvColumns())
  })

  it('config/rosterd.schema.json: npm run schema', () => {
    expect(read('config/rosterd.schema.json')).toBe(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  })
})

describe('every code has a path that produces it', () => {
  const elsewhere = (home: string) =>
    sources()
      .filter(({ path }) => path !== home)
      .map(({ text }) => withoutComments(text))
      .join('\n')
  // A type that lists a code produces nothing, so only what is followed by no `|` counts: a value.
  const produces = (code: string, text: string) => new RegExp(`'${code}'(?!\\s*\\|)`).test(text)

  it.each(Object.keys(REASONS))('failure reason %s', (code) => {
    expect(produces(code, elsewhere('src/reconcile/reasons.ts'))).toBe(true)
  })

  it.each(Object.keys(CATALOGUE))('error %s', (code) => {
    expect(produces(code, elsewhere('src/errors.ts'))).toBe(true)
  })
})

describe('events of the log', () => {
  const table = /carry `event`.*?\n\n(.*?)\n\n/s.exec(read('docs/operations.md'))?.[1] ?? ''

  it('are those of docs/operations.md', () => {
    const listed = [...table.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map((match) => match[1] ?? '')
    expect(listed.sort()).toEqual([...EVENTS].sort())
  })

  it.each(EVENTS)('%s is told somewhere', (event) => {
    const elsewhere = sources().filter(({ path }) => path !== 'src/events.ts')
    expect(elsewhere.some(({ text }) => withoutComments(text).includes(`'${event}'`))).toBe(true)
  })
})

describe('links', () => {
  it.each(pages)('%s leads only to files that exist', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
    const files = targets
      .filter((target) => !/^(https?:|mailto:|#)/.test(target))
      .map((target) => target.replace(/#.*/, ''))
    const missing = files.filter((target) => !existsSync(posix.join(ROOT, posix.dirname(page), target)))
    expect(missing).toEqual([])
  })

  it('README leads to every guide', () => {
    const guides = trackedFiles().filter((path) => /^docs\/[^/]+\.md$/.test(path))
    expect(guides.filter((path) => !read('README.md').includes(`](${path})`))).toEqual([])
  })
})

describe('README', () => {
  const readme = read('README.md')

  it('holds the two commands', () => {
    expect(readme).toMatch(/^npm ci && npm start$/m)
    expect(readme).toMatch(/^npm ci && npm test$/m)
  })

  it('shows only commands and options that exist', async () => {
    const shown = pages
      .filter((page) => !page.startsWith('docs/adr/'))
      .flatMap((page) => [...read(page).matchAll(/(?:^|[\s`])(?:npx )?rosterd ([a-z][a-z-]*(?:[ \t]+[^\n`#]*)?)/gm)])
      .map((match) => match[1] ?? '')
      .filter((line) => /^(?:serve|[a-z-]+ )/.test(`${line} `))
    const known = await commands([])
    const wrong: string[] = []
    let checked = 0
    for (const line of shown) {
      const [name = '', second = ''] = line.split(/\s+/)
      // `rosterd keeps …` is a sentence; a command is followed by arguments as the help lists them, or ends there.
      const sentence = !known.includes(name)
      if (sentence) continue
      const parents = ['config', 'token', 'source', 'scim', 'product', 'rule']
      const path = parents.includes(name) ? [name, second] : [name]
      const help = await helpOf(path)
      checked += 1
      if (parents.includes(name) && !(await commands([name])).includes(second)) wrong.push(line)
      for (const option of line.match(/--[a-z-]+/g) ?? []) if (!help.includes(option)) wrong.push(`${line}: ${option}`)
    }
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(20)
  })

  it('and no command that the program has lost', async () => {
    const known = await commands([])
    const typed = [...readme.matchAll(/npx rosterd ([a-z-]+)/g)].map((match) => match[1] ?? '')
    expect([...new Set(typed)].filter((name) => !known.includes(name))).toEqual([])
  })
})

describe('decisions', () => {
  const records = trackedFiles().filter((path) => /^docs\/adr\/\d/.test(path))

  it('are numbered without gaps', () => {
    expect(records.map((path) => Number(path.slice('docs/adr/'.length, 'docs/adr/'.length + 4)))).toEqual(
      records.map((_, index) => index + 1),
    )
  })

  it.each(records)('%s has its four parts', (path) => {
    for (const part of ['Context', 'Decision', 'Alternatives', 'Consequences'])
      expect(read(path)).toContain(`**${part}.**`)
  })
})

describe('the changelog and the glossary', () => {
  it('keep their form', () => {
    expect(read('CHANGELOG.md')).toContain('## [Unreleased]')
    const terms = read('GLOSSARY.md').match(/^\*\*[^*]+\*\*: .+\n\*Avoid: .+\*$/gm) ?? []
    expect(terms.length).toBeGreaterThan(20)
    expect(read('GLOSSARY.md').match(/^\*\*/gm)).toHaveLength(terms.length)
  })
})

describe('tracked files', () => {
  it('speak of no machine in particular', () => {
    // Written in pieces, so that this file does not find itself.
    const places = ['/wo' + 'rk/', '\\.\\./sha' + 'red', '/(?:home|Users)/(?!kim/)[a-z]{2,}/', '/ro' + 'ot/']
    const machine = new RegExp(places.join('|'))
    const found = trackedFiles()
      .filter((path) => path !== 'package-lock.json' && path !== '.ci/run')
      .flatMap((path) =>
        read(path)
          .split('\n')
          .flatMap((line, index) => (machine.test(line) ? [`${path}:${index + 1}`] : [])),
      )
    expect(found).toEqual([])
  })
})

/** The help of a command, as it is printed. */
async function helpOf(path: string[]): Promise<string> {
  let out = ''
  const write = (text: string) => {
    out += text
  }
  await run([...path, '--help'], terminal(write))
  return out
}

async function commands(parent: string[]): Promise<string[]> {
  const [, list = ''] = (await helpOf(parent)).split(/^Commands:$/m)
  return [...list.matchAll(/^ {2}([a-z-]+)\b/gm)].map((match) => match[1] ?? '')
}

/** Nobody sits before it. */
function terminal(write: (text: string) => void): Terminal {
  return {
    out: write,
    err: write,
    interactive: false,
    redraws: false,
    width: Number.POSITIVE_INFINITY,
    colours: false,
    ask: async () => '',
    env: {},
  }
}
