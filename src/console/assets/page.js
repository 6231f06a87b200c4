// Keys, selection, menus and live parts. Everything works without it, more slowly.
;(() => {
  const $ = (selector, root = document) => root.querySelector(selector)
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)]

  // ── sent once: a second click while the first is under way sends nothing ──────────────────────────────────────────
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !form.matches('[data-once]')) return
    if (form.dataset.sent === 'yes') return event.preventDefault()
    // Before anything of it counts as sent: who stays can press every button again.
    if (!form.matches('.choice') && changed().length > 0 && !confirm(UNKEPT)) return event.preventDefault()
    form.dataset.sent = 'yes'
    addUnseen(form)
    // Those who were selected have had what they were selected for.
    if (form.matches('.approve'))
      for (const key of Object.keys(sessionStorage)) if (/^selection:/.test(key)) sessionStorage.removeItem(key)
    // After the browser has read which button it was.
    setTimeout(() => {
      for (const button of $$('button', form)) button.disabled = true
    })
  })
  // Back brings the page as it was left: its forms can be sent again.
  window.addEventListener('pageshow', () => {
    for (const form of $$('form[data-once]')) {
      delete form.dataset.sent
      for (const button of $$('button[disabled]', form)) if (!button.hasAttribute('data-never')) button.disabled = false
      for (const input of $$('[data-unseen]', form)) input.remove()
    }
    for (const form of $$('[data-choosing]')) followBoxes(form)
    restore()
  })

  // What was not filled in does not stand in the address.
  document.addEventListener('formdata', (event) => {
    if (event.target.method !== 'get') return
    for (const [name, value] of [...event.formData]) if (value === '') event.formData.delete(name)
  })

  // ── selection: kept for the tab, whatever page or search it was made on ──────────────────────────────────────────
  const kept = () => `selection:${location.pathname}`
  const read = () => new Set(JSON.parse(sessionStorage.getItem(kept()) ?? '[]'))
  const write = (chosen) => sessionStorage.setItem(kept(), JSON.stringify([...chosen]))
  const form = () => $('#selection')
  // Everybody whom a list finds: as long as it is the same search.
  const keptAll = () => `selection:all:${location.pathname}`
  const found = () => $('input[name="filter"]', form())?.value ?? ''
  function keepAll(checked) {
    if (checked) sessionStorage.setItem(keptAll(), found())
    else sessionStorage.removeItem(keptAll())
    const all = $('[data-all]', form())
    if (all) all.checked = checked
    show()
  }

  function addUnseen(sent) {
    if (sent !== form()) return
    const here = new Set($$('[data-tick]', sent).map((box) => box.value))
    for (const value of read()) {
      if (here.has(value)) continue
      const input = document.createElement('input')
      Object.assign(input, { type: 'hidden', name: 'member', value })
      input.setAttribute('data-unseen', '')
      sent.append(input)
    }
  }
  function restore() {
    if (!form()) return
    const chosen = read()
    for (const box of $$('[data-tick]', form())) box.checked = chosen.has(box.value)
    keepAll(sessionStorage.getItem(keptAll()) === found())
  }
  function show() {
    const bar = $('[data-bar]')
    if (!bar) return
    const boxes = $$('[data-tick]', form())
    const ticked = boxes.filter((box) => box.checked)
    const all = $('[data-all]', bar)
    const every = $('[data-tick-all]', form())
    const chosen = read()
    for (const box of boxes) box.closest('tr').classList.toggle('is-ticked', box.checked || all?.checked === true)
    if (every) {
      every.checked = boxes.length > 0 && ticked.length === boxes.length
      every.indeterminate = ticked.length > 0 && ticked.length < boxes.length
    }
    const count = $('[data-count]', bar)
    count.textContent = all?.checked ? $('[data-all-count]', bar).textContent : chosen.size.toLocaleString('en-US')
    $('[data-untick]', bar).hidden = chosen.size === 0 && !all?.checked
    bar.classList.toggle('is-active', chosen.size > 0 || all?.checked === true)
  }
  function keep(boxes) {
    const chosen = read()
    for (const box of boxes) {
      if (box.checked) chosen.add(box.value)
      else chosen.delete(box.value)
    }
    write(chosen)
    show()
  }
  let lastTicked = null
  document.addEventListener('click', (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement) || !box.matches('[data-tick]')) return
    // With Shift, everything from the one before to this one.
    const boxes = $$('[data-tick]', form() ?? document)
    const [from, to] = [boxes.indexOf(lastTicked), boxes.indexOf(box)]
    const range = event.shiftKey && from >= 0 ? boxes.slice(Math.min(from, to), Math.max(from, to) + 1) : [box]
    for (const one of range) one.checked = box.checked
    lastTicked = box
    if (form()) keep(range)
  })
  document.addEventListener('change', (event) => {
    const box = event.target
    if (!(box instanceof HTMLInputElement)) return
    if (box.matches('[data-tick-all]')) {
      const boxes = $$('[data-tick]', box.closest('table'))
      for (const one of boxes) one.checked = box.checked
      if (form()) keep(boxes)
    }
    if (box.matches('[data-all]')) keepAll(box.checked)
  })
  document.addEventListener('click', (event) => {
    if (!event.target.closest?.('[data-untick]')) return
    write(new Set())
    keepAll(false)
    restore()
    // The button is gone now; the next one in the bar has the focus.
    $('input[type=checkbox], summary', $('[data-bar]'))?.focus()
  })

  // ── a form in which people are picked: its numbers follow the boxes. A day that is written is the one that is meant ────
  function followBoxes(form) {
    const boxes = $$('[data-tick]', form)
    const ticked = boxes.filter((box) => box.checked).length
    const every = $('[data-tick-all]', form)
    if (every) {
      every.checked = boxes.length > 0 && ticked === boxes.length
      every.indeterminate = ticked > 0 && ticked < boxes.length
    }
    for (const place of $$('[data-ticked]', form)) {
      const all = Number(place.dataset.ticked) + ticked
      const { word } = place.dataset
      place.textContent = all.toLocaleString('en-US') + (word ? ` ${word}${all === 1 ? '' : 's'}` : '')
    }
  }
  document.addEventListener('change', (event) => {
    const form = event.target.closest?.('[data-choosing]')
    if (form) followBoxes(form)
  })
  document.addEventListener('input', (event) => {
    const [name, value] = event.target.dataset?.withRadio?.split('=') ?? []
    const radio = name && $(`input[name="${name}"][value="${value}"]`, event.target.form)
    if (radio) radio.checked = true
  })

  // ── menus: one open at a time; Escape and a click elsewhere close it ─────────────────────────────────────────────
  const openMenus = () => $$('details[data-menu][open]')
  document.addEventListener('click', (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false
  })

  // ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  const rows = () => $$('table[data-rows] tbody tr')
  const current = () => rows().findIndex((row) => row.classList.contains('is-current'))
  function move(by) {
    const all = rows()
    const to = Math.max(0, Math.min(all.length - 1, current() + by))
    for (const [index, row] of all.entries()) row.classList.toggle('is-current', index === to)
    const target = all[to] && ($('[data-tick]', all[to]) ?? $('a, button', all[to]))
    target?.focus()
    all[to]?.scrollIntoView({ block: 'nearest' })
  }
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    x: () => $('[data-tick]', rows()[current()] ?? document.createElement('i'))?.click(),
    e: () => {
      const row = rows()[current()]
      const details = row && $('details', row)
      if (details) details.open = !details.open
      else if (row && $('a', row)) $('a', row).click()
    },
    '/': () => $('[data-search]')?.focus(),
    '?': () => $('#keys')?.showModal(),
  }
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      for (const menu of openMenus()) {
        menu.open = false
        $('summary', menu).focus()
      }
    }
    const typing = event.target.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, dialog')
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return
    event.preventDefault()
    KEYS[event.key]()
  })
  document.addEventListener('focusin', (event) => {
    const row = event.target.closest?.('table[data-rows] tbody tr')
    if (row) for (const one of rows()) one.classList.toggle('is-current', one === row)
  })

  // ── dialogs: `data-dialog="id"` opens one ────────────────────────────────────────────────────────────────────────
  document.addEventListener('click', (event) => {
    const opener = event.target.closest?.('[data-dialog]')
    if (!opener) return
    const dialog = document.getElementById(opener.dataset.dialog)
    if (!dialog?.showModal) return
    event.preventDefault()
    dialog.showModal()
  })
  document.addEventListener('click', (event) => event.target.closest?.('[data-close]')?.closest('dialog')?.close())

  // ── a list of which some is left out: says what was changed, and asks before it is lost ──────────────────────────
  const UNKEPT = 'What you ticked or unticked is not kept yet. Go on without it?'
  const changed = () => $$('.choice [data-tick]').filter((box) => box.checked !== box.defaultChecked)
  document.addEventListener('change', () => {
    const [bar, boxes] = [$('[data-choice-bar]'), changed()]
    if (!bar) return
    const out = boxes.filter((box) => !box.checked).length
    const parts = [out && `leave out ${out}`, boxes.length - out && `put back ${boxes.length - out}`].filter(Boolean)
    bar.classList.toggle('is-active', boxes.length > 0)
    const text = $('[data-choice-text]', bar)
    text.dataset.first ??= text.textContent
    text.textContent = boxes.length > 0 ? `Not kept yet: ${parts.join(', ')}.` : text.dataset.first
  })
  // A form that is sent has asked already, or is the one that keeps it.
  window.addEventListener('beforeunload', (event) => {
    if (changed().length > 0 && !$('[data-sent]')) event.preventDefault()
  })

  // ── live parts: each element of an event takes the place of the one with its id ──────────────────────────────────
  function replace(html) {
    const fresh = document.createElement('template')
    fresh.innerHTML = html
    for (const element of [...fresh.content.children]) {
      const old = document.getElementById(element.id)
      if (!old || old.outerHTML === element.outerHTML) continue
      const focused = old.contains(document.activeElement) ? document.activeElement.id : ''
      old.replaceWith(element)
      window.htmx?.process(element)
      if (focused) document.getElementById(focused)?.focus()
    }
  }
  function follow() {
    for (const element of $$('[data-live]:not([data-following])')) {
      element.setAttribute('data-following', '')
      const events = new EventSource(element.dataset.live)
      events.addEventListener('part', (event) => replace(event.data))
      events.addEventListener('end', () => {
        events.close()
        location.reload()
      })
      window.addEventListener('pagehide', () => events.close(), { once: true })
    }
  }

  // ── parts that htmx has put in ───────────────────────────────────────────────────────────────────────────────────
  document.addEventListener('htmx:after:swap', () => {
    restore()
    follow()
  })
  document.documentElement.classList.add('has-script')
  restore()
  for (const form of $$('[data-choosing]')) followBoxes(form)
  follow()
})()
