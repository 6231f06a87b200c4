/** The fields that a column can be understood as. */
export const FIELDS = [
  'email',
  'external_id',
  'user_name',
  'first_name',
  'last_name',
  'display_name',
  'products',
  'expires',
  'groups',
  'role',
  'status',
  'action',
  'country',
  'language',
  'seat_priority',
  'start_date',
  'note',
] as const
export type Field = (typeof FIELDS)[number]

export function isField(name: string): name is Field {
  return (FIELDS as readonly string[]).includes(name)
}

/**
 * What each field is called in en, de, fr, es, it, pt, nl, pl, ja, zh and ko; the first that a file has wins.
 * Compared by `headerKey`, so case, accents, blanks, `-`, `_` and `.` do not matter.
 */
export const ALIASES: Record<Field, string> = {
  email: `
    email, e-mail, mail, email address, e-mail address, mail address, user email, user e-mail, work email, primary email, business email, email id, emails, smtp address, primary smtp address,
    e-mail-adresse, mailadresse, mail-adresse, geschäftliche e-mail, adresse e-mail, adresse mail, adresse électronique, courriel, adresse courriel, mél,
    correo, correo electrónico, dirección de correo, dirección de correo electrónico, indirizzo e-mail, indirizzo mail, posta elettronica, indirizzo di posta elettronica,
    endereço de e-mail, endereço de correio eletrónico, correio eletrônico, correio eletrónico, e-mailadres, mailadres, adres e-mail, adres email, adres poczty elektronicznej, poczta, poczta elektroniczna,
    メール, メールアドレス, Eメール, 電子メール, 電子メールアドレス, 邮箱, 邮件, 电子邮箱, 电子邮件, 电子邮件地址, 邮箱地址, 郵箱, 電子郵件, 電子郵件地址, 電子信箱, 이메일, 이메일 주소, 전자우편, 메일`,
  external_id: `
    external_id, employee id, employee number, employee no, emp id, empno, personnel id, personnel number, staff id, staff number, worker id, person id, person number, id, user id, immutable id, source id, objectguid, entryuuid, object id, ms-ds-consistencyguid, guid,
    personalnummer, personalnr, personal-nr, pers-nr, mitarbeiternummer, mitarbeiter-id, mitarbeiter-nr, mitarbeiternr, kennung, matricule, numéro employé, numéro d'employé, id employé, identifiant externe, numéro de matricule,
    id externo, número de empleado, id de empleado, id empleado, legajo, número de personal, matricola, numero matricola, id dipendente, numero dipendente, codice dipendente, id esterno, matrícula, número de funcionário, id do funcionário, número do empregado, id do colaborador, número mecanográfico,
    personeelsnummer, medewerkernummer, medewerker-id, werknemersnummer, extern id, numer pracownika, id pracownika, numer kadrowy, numer osobowy, identyfikator zewnętrzny, numer ewidencyjny,
    社員番号, 従業員番号, 職員番号, 社員ID, 従業員ID, 外部ID, 工号, 员工编号, 员工号, 员工ID, 职工号, 外部标识, 工號, 員工編號, 員工代號, 사번, 사원번호, 직원번호, 직원 ID, 외부 ID`,
  user_name: `
    user_name, username, login name, login id, samaccountname, sam account name, uid, user login, account name, user, login, userprincipalname, user principal name, upn,
    benutzername, benutzer, anmeldename, benutzerkennung, nom d'utilisateur, nom utilisateur, identifiant, utilisateur, nombre de usuario, usuario, nome utente, utente, nome de utilizador, utilizador, nome de usuário, usuário,
    gebruikersnaam, gebruiker, nazwa użytkownika, użytkownik, ユーザー名, ユーザ名, ログイン名, ログインID, ユーザーID, 用户名, 登录名, 使用者名稱, 用戶名, 帐号, 账号, 사용자 이름, 사용자명, 사용자 ID, 로그인 이름, 아이디`,
  first_name: `
    first_name, given name, firstname, forename, first, vorname, rufname, prénom, nombre de pila, nombres, nome proprio, nome próprio, primeiro nome, voornaam, roepnaam, imię, imiona, 名, 名字, ファーストネーム`,
  last_name: `
    last_name, surname, sn, family name, lastname, last, nachname, familienname, zuname, nom de famille, nom, apellido, apellidos, primer apellido, cognome, apelido, sobrenome, último nome, achternaam, familienaam, nazwisko, 姓, 苗字, 姓氏, ラストネーム, 성, 성씨`,
  display_name: `
    display_name, name, full name, display name, cn, common name, anzeigename, vollständiger name, nom complet, nom affiché, nom d'affichage, nombre completo, nombre para mostrar, nombre, nome completo, nome visualizzato, nome de exibição, nome a apresentar, nome, nominativo,
    volledige naam, weergavenaam, naam, imię i nazwisko, pełna nazwa, nazwa wyświetlana, pełne imię i nazwisko, 氏名, 表示名, 名前, お名前, フルネーム, 姓名, 显示名, 显示名称, 全名, 顯示名稱, 이름, 성명, 표시 이름`,
  products: `
    products, product, licences, licenses, licence, license, apps, app, applications, assignments, entitlements, software, produkte, produkt, lizenzen, lizenz, anwendungen, produits, produit, abonnements,
    productos, producto, licencias, licencia, aplicaciones, prodotti, prodotto, licenze, licenza, applicazioni, produtos, produto, licenças, licença, aplicações, aplicativos, producten, licenties, licentie, toepassingen,
    produkty, licencje, licencja, aplikacje, 製品, 製品名, ライセンス, プロダクト, アプリ, 产品, 许可证, 许可, 应用, 產品, 授權, 제품, 라이선스, 라이센스, 앱`,
  expires: `
    expires, expiration date, expiry, expiry date, expiration, expires at, expires on, valid until, valid to, end date, end, contract end, ablaufdatum, ablauf, gültig bis, läuft ab, läuft ab am, endet am, enddatum, vertragsende,
    date d'expiration, expiration le, expire le, valable jusqu'au, valide jusqu'au, date de fin, échéance, fecha de caducidad, fecha de vencimiento, vencimiento, caducidad, válido hasta, fecha de fin, fecha fin, caduca,
    data di scadenza, scadenza, valido fino al, data fine, data de validade, data de expiração, data de término, validade, válido até, vencimento, expira em, data de fim, vervaldatum, geldig tot, einddatum, verloopt op, verloopt,
    data wygaśnięcia, data ważności, ważne do, wygasa, data zakończenia, 有効期限, 失効日, 終了日, 期限, 到期日, 到期日期, 有效期, 有效期至, 截止日期, 有效期限, 만료일, 유효기간, 종료일, 만료 날짜`,
  groups: `
    groups, group, teams, team, member of, memberof, group name, group names, user groups, gruppen, gruppe, benutzergruppen, benutzergruppe, groupes, groupe, équipe, équipes, grupos, grupo, equipo, equipos, equipe, equipes,
    gruppi, gruppo, squadra, squadre, groepen, groep, grupy, grupa, zespół, zespoły, グループ, グループ名, チーム, 组, 群组, 组别, 用户组, 团队, 群組, 團隊, 그룹, 그룹명, 팀`,
  role: `
    role, roles, user role, org role, organization role, rolle, rollen, rôle, rôles, rol, ruolo, função, papel, perfil, rola, uprawnienia, 役割, ロール, 権限, 角色, 权限, 역할, 권한`,
  status: `
    status, state of account, active, is active, enabled, account enabled, account status, user status, employment status, employee status, aktiv, konto aktiv, aktiviert, beschäftigungsstatus, statut, état, actif, compte actif, estado, activo, cuenta activa, stato, attivo, abilitato, situação, ativo, conta ativa, actief,
    ingeschakeld, stan, aktywny, konto aktywne, 状態, ステータス, 有効, 在籍状況, 状态, 启用, 在职状态, 狀態, 啟用, 상태, 활성, 재직상태`,
  action: `
    action, operation, command, aktion, vorgang, opération, acción, operación, azione, operazione, ação, operação, actie, bewerking, akcja, operacja, アクション, 操作, 動作, 处理, 작업, 동작`,
  country: `
    country, country code, country or region, land, ländercode, land oder region, pays, code pays, pays ou région, país, código de país, país o región, paese, codice paese, nazione, paese o area geografica, país ou região, código do país, landcode, kraj, kod kraju, kraj lub region, 国, 国コード, 国名, 国または地域, 国家, 国家代码, 国家或地区, 國家, 국가, 국가 코드, 나라`,
  language: `
    language, preferred language, locale, lang, sprache, bevorzugte sprache, langue, langue préférée, idioma, idioma preferido, lengua, lingua, lingua preferita, língua, idioma preferencial, taal, voorkeurstaal, język, preferowany język, 言語, 優先言語, 使用言語, 语言, 首选语言, 語言, 언어, 기본 언어`,
  seat_priority: `
    seat_priority, priority, licence priority, license priority, platzpriorität, priorität, lizenzpriorität, priorité, priorité de licence, prioridad, prioridad de licencia, priorità, priorità licenza, prioridade, prioridade de licença, prioriteit, licentieprioriteit, priorytet, priorytet licencji, 優先度, 優先順位, 优先级, 優先級, 우선순위`,
  start_date: `
    start_date, start, starts, starts on, hire date, join date, joining date, date of joining, first day, valid from, startdatum, eintrittsdatum, eintritt, beginn, gültig ab, date de début, date d'entrée, date d'embauche, date d'arrivée, fecha de inicio, fecha de alta, fecha de ingreso, fecha de contratación,
    data di inizio, data inizio, data di assunzione, data assunzione, data de início, data de admissão, data de entrada, ingangsdatum, begindatum, datum in dienst, data rozpoczęcia, data zatrudnienia, 開始日, 入社日, 着任日, 开始日期, 入职日期, 開始日期, 到職日, 시작일, 입사일`,
  note: `
    note, notes, comment, comments, remark, remarks, notiz, notizen, bemerkung, bemerkungen, anmerkung, anmerkungen, kommentar, remarque, remarques, commentaire, commentaires, nota, notas, comentario, comentarios, observaciones, osservazioni, commento, commenti, note interne, comentário, comentários, observações, observação,
    opmerking, opmerkingen, notitie, notities, uwagi, uwaga, notatka, notatki, komentarz, 備考, メモ, コメント, 备注, 注释, 說明, 備註, 비고, 메모, 참고`,
}

/** Names of sign-in accounts: an e-mail column only where there is no better one and the cells hold an @. */
export const SIGN_IN =
  'upn, userprincipalname, user principal name, login, login name, username, user name, user, benutzername, anmeldename, identifiant, nom d’utilisateur, usuario, nombre de usuario, nome utente, utente, usuário, utilizador, gebruikersnaam, nazwa użytkownika, ユーザー名, 用户名, 使用者名稱, 사용자 이름'

/** Names of columns that turn a status around: yes means that the person may not sign in. */
export const INVERTED = `
  block sign in, sign in blocked, blocked, disabled, locked, account disabled, account locked, is disabled, is locked, suspended, inactive, deactivated, deaktiviert, gesperrt, anmeldung blockieren, inaktiv, désactivé, bloqué, verrouillé, bloquer la connexion, inactif,
  deshabilitado, desactivado, bloqueado, bloquear inicio de sesión, inactivo, disabilitato, disattivato, bloccato, blocca accesso, inattivo, desativado, desabilitado, bloquear entrada, inativo, uitgeschakeld, geblokkeerd, aanmelden blokkeren, inactief,
  wyłączony, zablokowany, zablokuj logowanie, nieaktywny, サインインのブロック, サインインをブロック, 無効, ロック, 阻止登录, 禁用, 锁定, 停用, 鎖定, 封鎖登入, 로그인 차단, 사용 안 함, 비활성, 잠김`

/** Ordinary columns of directories and HR systems: attributes that nobody needs to be warned about. */
export const ORDINARY = `
  department, departments, job title, title, position, company, division, city, town, state, province, state or province, region, street, street address, postal code, zip, zip code, zip or postal code, location, site, building, office, office location,
  office phone, phone, telephone, telephone number, mobile, mobile phone, fax, manager, manager id, manager email, cost center, cost centre, business unit, employee type, worker type, type, domain, usage location, person class, also_revoke, middle name, initials, time zone,
  abteilung, position, berufsbezeichnung, stellenbezeichnung, firma, unternehmen, standort, ort, stadt, straße, plz, postleitzahl, bundesland, telefon, mobiltelefon, vorgesetzter, kostenstelle, service, département, poste, fonction, société, entreprise, ville, code postal, téléphone, centre de coûts,
  departamento, puesto, cargo, empresa, ciudad, código postal, teléfono, centro de coste, reparto, dipartimento, mansione, qualifica, azienda, città, cap, telefono, centro di costo, setor, cidade, telefone, centro de custo, afdeling, functie, bedrijf, plaats, postcode, telefoon, kostenplaats,
  dział, stanowisko, firma, miasto, kod pocztowy, telefon, 部署, 役職, 会社, 電話番号, 市区町村, 部门, 职位, 公司, 城市, 电话, 부서, 직책, 회사, 도시, 전화번호`
