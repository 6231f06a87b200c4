/** Debian's Chromium: found, installed where that is allowed, or one line that says what to install. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

function found(): string | null {
  const given = process.env['CHROMIUM_PATH']
  return [...(given ? [given] : []), ...PLACES].find(isProgram) ?? null
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function install(): void {
  if (process.getuid?.() !== 0 || process.platform !== 'linux') return
  const get = (...args: string[]) =>
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  if (get('install', '-y', '--no-install-recommends', 'chromium').status === 0) return
  get('update')
  get('install', '-y', '--no-install-recommends', 'chromium')
}

let program: string | null | undefined

/** Where Chromium is. Without one: null, and a line about it; an error where CI is set, since nothing would be tested there. */
export function chromiumPath(): string | null {
  if (program !== undefined) return program
  program = found()
  if (program === null) {
    install()
    program = found()
  }
  if (program !== null) return program
  const line = 'No Chromium: the tests in a browser are skipped. apt-get install chromium, or set CHROMIUM_PATH.'
  if (process.env['CI']) throw new Error(line)
  process.stderr.write(`${line}\n`)
  return null
}

/** One browser for a test file; close it at its end. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === null) throw new Error('there is no Chromium')
  return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

export type Scheme = 'light' | 'dark'

/** A tab with a cookie jar of its own, and what its console and its pages complained about. */
export async function openTab(
  browser: Browser,
  options: { width?: number; height?: number; scheme?: Scheme; scripts?: boolean } = {},
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const { width = 1280, height = 800, scheme = 'light', scripts = true } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    javaScriptEnabled: scripts,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // An answer that is an error is no fault of the page that shows it.
    if (message.type() === 'error' && !/the server responded with a status of [45]/.test(message.text()))
      complaints.push(message.text())
  })
  return { page, context, complaints }
}
