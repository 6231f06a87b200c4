import { describe, expect, it } from 'vitest'
import type { Field } from '../../../src/sync/csv/field.ts'
import { ALIASES, FIELDS } from '../../../src/sync/csv/field.ts'
import { isSecret } from '../../../src/sync/csv/secret.ts'
import { one, open, read } from './support.ts'

describe('columns are found by their names', () => {
  it.each<[string, string, (Field | null)[]]>([
    [
      'en',
      'Employee ID,E-mail address,Given name,Surname,Valid until,Team',
      ['external_id', 'email', 'first_name', 'last_name', 'expires', 'groups'],
    ],
    [
      'de',
      'Personalnummer;E-Mail-Adresse;Vorname;Nachname;Ablaufdatum;Gruppen;Lizenzen',
      ['external_id', 'email', 'first_name', 'last_name', 'expires', 'groups', 'products'],
    ],
    ['de, whole name', 'Personal-Nr.;Name;Vorname;E-Mail', ['external_id', 'last_name', 'first_name', 'email']],
    [
      'fr',
      'Matricule;Nom;Prénom;Courriel;Date de fin;Groupes;Rôle',
      ['external_id', 'last_name', 'first_name', 'email', 'expires', 'groups', 'role'],
    ],
    [
      'es',
      'ID de empleado;Nombre;Apellidos;Correo electrónico;Estado;Grupo',
      ['external_id', 'first_name', 'last_name', 'email', 'status', 'groups'],
    ],
    [
      'it',
      'Matricola;Nome;Cognome;Indirizzo e-mail;Scadenza;Lingua',
      ['external_id', 'first_name', 'last_name', 'email', 'expires', 'language'],
    ],
    [
      'pt',
      'Matrícula;Nome;Sobrenome;Endereço de e-mail;País;Função',
      ['external_id', 'first_name', 'last_name', 'email', 'country', 'role'],
    ],
    [
      'nl',
      'Personeelsnummer;Voornaam;Achternaam;E-mailadres;Vervaldatum',
      ['external_id', 'first_name', 'last_name', 'email', 'expires'],
    ],
    [
      'pl',
      'Numer pracownika;Imię;Nazwisko;Adres e-mail;Grupy;Język',
      ['external_id', 'first_name', 'last_name', 'email', 'groups', 'language'],
    ],
    [
      'ja',
      '社員番号,姓,名,メールアドレス,有効期限,グループ,備考',
      ['external_id', 'last_name', 'first_name', 'email', 'expires', 'groups', 'note'],
    ],
    ['zh', '工号,姓名,电子邮箱,状态,产品', ['external_id', 'display_name', 'email', 'status', 'products']],
    ['zh-Hant', '工號,姓名,電子郵件,狀態,產品', ['external_id', 'display_name', 'email', 'status', 'products']],
    [
      'ko',
      '사번,이름,이메일,상태,만료일,그룹',
      ['external_id', 'display_name', 'email', 'status', 'expires', 'groups'],
    ],
    [
      'additions of templates',
      'Email * ,First_Name (optional),last-name required,START DATE,seat.priority',
      ['email', 'first_name', 'last_name', 'start_date', 'seat_priority'],
    ],
    ['brackets', 'Kontakt [mail],Who [displayName] Required', ['email', 'display_name']],
  ])('%s', async (_, header, fields) => {
    const { layout } = await open(`${header}\n`)
    expect(layout.columns.map((column) => column.field)).toEqual(fields)
  })

  it('every alias finds its field, or an earlier field of the list that claims the word', async () => {
    for (const field of FIELDS) {
      for (const alias of ALIASES[field].split(',').map((name) => name.trim())) {
        const header = field === 'email' ? alias : `${alias}|email`
        const { layout } = await open(`${header}\n`, { delimiter: '|' })
        expect(layout.columns[0]?.field, alias).not.toBeNull()
      }
    }
  })

  it('an account name is the address only where no column is one and its cells hold an @', async () => {
    expect((await open('username,uid2\nann@x.com,1\n')).layout.columns[0]?.field).toBe('email')
    expect((await open('userPrincipalName,id\nann@x.com,1\n')).layout.columns[0]?.field).toBe('email')
    expect((await open('username,email\nann@x.com,a@x.com\n')).layout.columns[0]?.field).toBe('user_name')
    await expect(open('username,first_name\nann,Ann\n')).rejects.toMatchObject({ code: 'HEADER_MISSING' })
  })

  it('the better name wins where two columns are one field; the other stays an attribute', async () => {
    const row = await one('employee id,id,email', '7,99,a@x.com')
    expect(row).toMatchObject({ anchor: '7', attributes: { id: '99' } })
  })

  it('a mapping of the source comes first', async () => {
    const row = await one('email,Kostenstelle,Tarif,Intern', 'a@x.com,4711,T1,zzz', {
      columns: { kostenstelle: 'groups', Tarif: 'tariff', Intern: 'ignore' },
    })
    expect(row).toMatchObject({ groups: ['4711'], attributes: { tariff: 'T1' } })
    expect(Object.keys(row.attributes)).toEqual(['tariff'])
  })

  it('keeps what it does not understand, and lists it once', async () => {
    const { opened, rows } = await read('email,Shoe size,Department,__proto__\na@x.com,43,R&D,x\n')
    expect(opened.layout.unknown).toEqual(['Shoe size'])
    expect(opened.layout.warnings).toEqual(['1 column is not understood and kept as attributes: Shoe size.'])
    expect(rows[0]?.attributes).toEqual({ shoe_size: '43', department: 'R&D' })
  })
})

describe('secrets', () => {
  it.each([
    'Password',
    'Initial password [passwordProfile] Required',
    'Passwort',
    'Kennwort',
    'Mot de passe',
    'Contraseña',
    'Senha',
    'Wachtwoord',
    'Hasło',
    'パスワード',
    '密码',
    '비밀번호',
    'API token',
    'client_secret',
    'PIN',
    'user_pin',
    'clientSecret',
  ])('%s is one', (header) => expect(isSecret(header)).toBe(true))
  it.each(['Secretary', 'Shipping', 'Passport no', 'Compass', 'email', 'Spin'])('%s is none', (header) =>
    expect(isSecret(header)).toBe(false),
  )

  it('are nowhere in what is read, whatever is wrong with the row', async () => {
    const header = 'email,Password,first_name,expires'
    const lines = [
      'a@x.com,hunter2,Ann,',
      'broken,hunter2,Ann,',
      'b@x.com,hunter2,Ann,,,',
      'c@x.com,Lee,hunter2,Ann,',
      'd@x.com,"hunter2,Ann,',
      'e@x.com,hunter2,Ann,soon',
      'f@x.com,hunter2\0,Ann,',
    ]
    const { opened, rows, errors } = await read(`${header}\n${lines.join('\n')}\n`)
    expect(rows).toHaveLength(1)
    expect(errors).toHaveLength(6)
    expect(JSON.stringify([opened.layout, rows, errors])).not.toContain('hunter2')
  })

  it('stay unread even where a mapping names the column', async () => {
    const { opened, rows } = await read('email,password\na@x.com,hunter2\n', { columns: { password: 'note' } })
    expect(opened.layout.columns[1]).toMatchObject({ field: null, attribute: null, secret: true })
    expect(JSON.stringify(rows)).not.toContain('hunter2')
  })
})

describe('a name without a letter or a digit becomes the number of its column', () => {
  it.each([
    ['a quotation mark', '""""', '"'],
    ['a backslash', '\\', '\\'],
    ['a dash', '-', '-'],
    ['signs', '???', '???'],
    ['a mark without its letter', '\u0301', '\u0301'],
    ['an emoji', '😀', '😀'],
  ])('%s', async (_, cell, header) => {
    const { opened, rows } = await read(`email,${cell},shoe\nada@x.com,kept,9\n`)
    expect(opened.layout.header).toEqual(['email', header, 'shoe'])
    expect(rows[0]?.attributes).toEqual({ column_2: 'kept', shoe: '9' })
    // What is stored comes back as it was.
    expect(JSON.parse(JSON.stringify(rows[0]?.attributes))).toEqual({ column_2: 'kept', shoe: '9' })
  })

  it('each its own, beside columns that are called so', async () => {
    const row = await one('email,column 3,"""",-,column 4', 'ada@x.com,a,b,c,d')
    expect(row.attributes).toEqual({ column_3: 'a', column_3_2: 'b', column_4: 'c', column_4_2: 'd' })
  })
})

describe('two columns that say the same', () => {
  it('are told of, with the one that is read', async () => {
    const { opened, rows } = await read('E-mail;Mail;Vorname\nada@acme.example;ada@home.example;Ada\n')
    const sentence =
      'The columns E-mail and Mail both look like email: E-mail is read as that, Mail is not. If that is wrong, say under columns in the settings of the source which is which.'
    expect(opened.layout.notes).toEqual([sentence])
    expect(opened.layout.warnings).toContain(sentence)
    expect(rows.map(({ profile }) => profile.email)).toEqual(['ada@acme.example'])
  })

  it('are nothing to tell of where the settings say which is which', async () => {
    const { opened, rows } = await read('E-mail;Mail\nada@acme.example;ada@home.example\n', {
      columns: { Mail: 'email', 'E-mail': 'private' },
    })
    expect(opened.layout.notes).toEqual([])
    expect(rows.map(({ profile }) => profile.email)).toEqual(['ada@home.example'])
  })

  it('are refused where the settings say it of both', async () => {
    await expect(
      open('A;B\na@acme.example;b@acme.example\n', { columns: { A: 'email', B: 'email' } }),
    ).rejects.toMatchObject({ code: 'HEADER_MISSING', params: { ambiguous: 'email' } })
    const { rows } = await read('A;C\na@acme.example;x\n', { columns: { A: 'email', B: 'email' } })
    expect(rows).toHaveLength(1)
  })
})
