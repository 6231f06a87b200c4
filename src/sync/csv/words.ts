import type { Role, SourceStatus } from '../../reconcile/model.ts'
import { nameKey } from '../../reconcile/normalise.ts'

/** The word that empties a cell on purpose; an empty cell says nothing. */
export const CLEAR = 'CLEAR'

const YES = words(
  'x, yes, y, true, t, 1, on, ✓, ✔, ☑, ja, j, wahr, oui, o, vrai, sí, si, s, verdadero, vero, sim, verdadeiro, waar, tak, prawda, はい, 有, ○, 是, 真, 예, 네',
)
const NO = words(
  'no, n, false, f, 0, off, -, nein, falsch, non, faux, falso, não, nao, nee, onwaar, nie, fałsz, いいえ, 無, ×, 否, 假, 아니오, 아니요',
)

/** Yes or no in the languages of the headers; null for anything else. */
export function readYesNo(cell: string): boolean | null {
  const key = nameKey(cell)
  if (YES.has(key)) return true
  return NO.has(key) ? false : null
}

const STATUS = new Map<string, SourceStatus>([
  ...entries(
    'active',
    'active, enabled, employed, current, invited, present, hired, joiner, new, aktiv, aktiviert, beschäftigt, angestellt, actif, active, présent, activé, activo, activa, habilitado, alta, attivo, attiva, abilitato, in forza, ativo, ativa, actief, in dienst, aktywny, aktywna, zatrudniony, 有効, 在籍, 在籍中, 在职, 活动, 启用, 激活, 在職, 啟用, 활성, 재직, 재직중, 사용',
  ),
  ...entries(
    'leave',
    'leave, on leave, absence, leave of absence, parental leave, maternity leave, sabbatical, suspended, paused, furlough, beurlaubt, elternzeit, mutterschutz, freigestellt, ruhend, abwesend, congé, en congé, suspendu, suspendido, de permiso, baja temporal, excedencia, licencia, sospeso, in congedo, aspettativa, suspenso, de licença, afastado, met verlof, verlof, geschorst, zawieszony, na urlopie, urlop, 休職, 休職中, 休業, 育休, 休假, 停职, 留職停薪, 휴직, 휴직중, 휴가',
  ),
  ...entries(
    'leaver',
    'leaver, left, inactive, terminated, terminating, deleted, disabled, departed, resigned, retired, dismissed, offboarded, removed, former, deactivated, ausgeschieden, ausgetreten, inaktiv, gekündigt, deaktiviert, ehemalig, pensioniert, inactif, parti, sorti, désactivé, licencié, inactivo, inactiva, baja, cesado, despedido, desactivado, inattivo, inattiva, cessato, licenziato, disattivato, uscito, inativo, inativa, desligado, demitido, desativado, inactief, uit dienst, vertrokken, nieaktywny, nieaktywna, zwolniony, odszedł, 無効, 退職, 退職済, 離職, 离职, 停用, 禁用, 已离职, 비활성, 퇴직, 퇴사, 사용 안 함',
  ),
])

/** The status words; yes and no as well, for columns such as `active` and, inverted, `block sign in`. */
export function readStatus(cell: string, inverted: boolean): SourceStatus | null {
  const yes = readYesNo(cell)
  if (yes !== null) return yes === inverted ? 'leaver' : 'active'
  return STATUS.get(nameKey(cell)) ?? null
}
export const STATUS_ALLOWED = 'active, leave, leaver'

const ROLE = new Map<string, Role>([
  ...entries(
    'member',
    'member, user, standard, basic, mitglied, benutzer, nutzer, membre, utilisateur, miembro, usuario, membro, utente, usuário, utilizador, lid, gebruiker, członek, użytkownik, メンバー, ユーザー, 一般, 成员, 成員, 用户, 멤버, 구성원, 사용자',
  ),
  ...entries(
    'admin',
    'admin, administrator, org admin, organization admin, administrateur, administratrice, administrador, administradora, amministratore, amministratrice, beheerder, 管理者, 管理员, 管理員, 관리자',
  ),
  ...entries(
    'owner',
    'owner, eigentümer, inhaber, besitzer, propriétaire, propietario, propietaria, proprietario, proprietária, proprietário, eigenaar, właściciel, 所有者, オーナー, 拥有者, 擁有者, 소유자',
  ),
])
export function readRole(cell: string): Role | null {
  return ROLE.get(nameKey(cell)) ?? null
}
export const ROLE_ALLOWED = 'member, admin, owner'

const ACTION = new Map<string, 'keep' | 'remove'>([
  ...entries(
    'keep',
    'keep, add, invite, update, create, upsert, set, assign, none, hinzufügen, behalten, ändern, ajouter, conserver, modifier, añadir, mantener, actualizar, aggiungere, mantenere, adicionar, manter, toevoegen, behouden, dodaj, zachowaj, 追加, 更新, 添加, 保留, 추가, 유지',
  ),
  ...entries(
    'remove',
    'remove, delete, deprovision, entfernen, löschen, supprimer, retirer, eliminar, quitar, borrar, rimuovere, eliminare, remover, excluir, apagar, verwijderen, usuń, usunąć, 削除, 删除, 移除, 刪除, 삭제, 제거',
  ),
])
export function readAction(cell: string): 'keep' | 'remove' | null {
  return ACTION.get(nameKey(cell)) ?? null
}
export const ACTION_ALLOWED = 'keep, remove'

function words(list: string): Set<string> {
  return new Set(list.split(',').map((word) => nameKey(word)))
}

function entries<const T extends string>(value: T, list: string): [string, T][] {
  return list.split(',').map((word) => [nameKey(word), value])
}
