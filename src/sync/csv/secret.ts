import { fold } from '../../reconcile/normalise.ts'
import { headerKey } from './header-name.ts'

/** Parts of a column's name that mean its cells are secret, in the languages of the aliases. */
const PARTS = [
  'password',
  'passwort',
  'kennwort',
  'passwd',
  'pwd',
  'passphrase',
  'passcode',
  'motdepasse',
  'contrasena',
  'senha',
  'palavrapasse',
  'wachtwoord',
  'haslo',
  'paroladordine',
  'parolachiave',
  'codiceaccesso',
  'token',
  'apikey',
  'privatekey',
  'credential',
  'zugangsdaten',
  'securityanswer',
  'sicherheitsantwort',
  'recoverycode',
  'backupcode',
  'passwordprofile',
  'userpassword',
  'unicodepwd',
  'パスワード',
  '暗証番号',
  '密码',
  '密碼',
  '口令',
  '令牌',
  '비밀번호',
  '암호',
  '패스워드',
  '토큰',
]
/** Words that mean it only by themselves: `pin` but not `shipping`, `secret` but not `secretary`. */
const WORDS = new Set([
  'pass',
  'pin',
  'pins',
  'pincode',
  'puk',
  'otp',
  'totp',
  'mfa',
  'tan',
  'clave',
  'geheimnis',
  'geheim',
  'secret',
  'secrets',
  'segreto',
  'segredo',
  'secreto',
  'sekret',
  'pw',
  'mdp',
])

/** Whether a column holds passwords, tokens or the like: by its whole name, brackets included. */
export function isSecret(header: string): boolean {
  const key = headerKey(header)
  if (PARTS.some((part) => key.includes(part)) || WORDS.has(key)) return true
  const words = fold(header.slice(0, 500).replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')).split(/[^\p{L}\p{N}]+/u)
  return words.some((word) => WORDS.has(word)) || /(?:client|shared|user|api|totp)secret/.test(key)
}
