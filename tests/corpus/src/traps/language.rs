//! Words about credentials, in the languages of people.

use super::{HTML, JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "language.german",
        media: JSON,
        template: r#"{
  "login": { "title": "Anmelden", "username": "Benutzername", "password": "Passwort", "password_placeholder": "Bitte Passwort eingeben", "forgot_password": "Passwort vergessen?", "token": "Sicherheitstoken", "secret": "Geheimnis", "api_key": "API-Schlüssel", "submit": "Weiter" },
  "errors": {
~[6-14|,
|    "~(camel)": "~{Ihr Passwort muss mindestens zwölf Zeichen enthalten.~|Der Zugangsschlüssel ist abgelaufen; bitte fordern Sie einen neuen an.~|Geheimer Schlüssel: nur einmal sichtbar!~|Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen~|Authentifizierungsfehlerbehandlungsroutine fehlgeschlagen (Code {code})~}"~],
    "password_mismatch": "Die Passwörter stimmen nicht überein",
    "client_secret": "Clientgeheimnis",
    "private_key": "Privater Schlüssel"
  }
}
"#,
    },
    Trap {
        name: "language.french",
        media: JSON,
        template: r#"{"auth":{"password":"Mot de passe","newPassword":"Nouveau mot de passe","confirmPassword":"Confirmez le mot de passe","token":"Jeton","accessToken":"Jeton d’accès","refreshToken":"Jeton d’actualisation","secretKey":"Clé secrète","apiKey":"Clé d’API","passphrase":"Phrase secrète","enterPassword":"Saisissez votre mot de passe","showPassword":"Afficher le mot de passe"},"messages":[~[5-12|,|{"key":"~(word).~(camel)","text":"~{Votre jeton a expiré : veuillez vous reconnecter.~|Le mot de passe doit comporter au moins 12 caractères, dont un chiffre.~|Ne communiquez jamais votre clé secrète.~|Anticonstitutionnellement vôtre~}"}~]]}"#,
    },
    Trap {
        name: "language.japanese",
        media: JSON,
        template: r#"{"common":{"password":"パスワード","password_hint":"パスワードを入力してください","token":"トークン","secret":"シークレット","api_key":"APIキー","sign_in":"サインイン"},"escaped":{"password":"\u30d1\u30b9\u30ef\u30fc\u30c9","token":"\u30c8\u30fc\u30af\u30f3\u304c\u7121\u52b9\u3067\u3059","api_secret":"\u79d8\u5bc6\u9375"},"errors":{~[5-12|,|"E~(digits 4)":"~{アクセストークンの有効期限が切れています。~|パスワードは8文字以上で入力してください。~|APIキーが正しくありません（コード：~(digits 4)）。~|認証に失敗しました。~}"~]}}"#,
    },
    Trap {
        name: "language.english",
        media: JSON,
        template: r#"{"password":"Password","enter_password":"Enter your password","password_placeholder":"••••••••••••","new_password":"Choose-a-strong-password","api_key":"API key","api_key_placeholder":"Paste your API key here","secret":"Shared secret (optional)","token":"Access token","token_help":"Tokens you have generated that can be used to access the API.","client_secret":"Client secret","private_key":"Private key (PEM)","passphrase":"correct horse battery staple is a well-known passphrase","username":"Username","credentials":"Credentials","bearer":"Bearer token required","errors":{~[6-14|,|"~(snake)":"~{Invalid token: token_expired_or_revoked~|password_too_short_minimum_length_12~|Wrong username or password~|Your secret is safe with us~|Authorization header: Bearer token is missing~|The password must not contain your username.~}"~]}}"#,
    },
    Trap {
        name: "language.keys",
        media: YAML,
        template: r##"en:
  auth:
    token:
      invalid: "%{name} is invalid"
      expired: auth.token.expired
      missing: errors.messages.token_missing_from_authorization_header
    password:
      reset: Reset password
      confirm: password_confirmation_does_not_match
~[6-14||    ~(snake):
      label: ~(word).~(word).~(snake)
      secret: ~(Word)
      password: "#{~(word)}"
      hint: "~(sentence)"
~]  devise:
    passwords:
      send_instructions: You will receive an email with instructions on how to reset your password in a few minutes.
      no_token: You can't access this page without coming from a password reset email.
"##,
    },
    Trap {
        name: "language.gettext",
        media: TEXT,
        template: r#"# ~(name) <~(email)>, 2025.
msgid ""
msgstr ""
"Project-Id-Version: ~(kebab) ~(version)\n"
"POT-Creation-Date: ~(date) ~(clock)+0000\n"

~[5-10|
|#: src/~(word)/~(word).c:~(num 900)
#, c-format
msgid "Password for '%s':"
msgstr "Passwort für »%s«:"

#: src/~(word).py:~(num 900)
msgid "Token: %s"
msgstr "Jeton : %s"
~]"#,
    },
    Trap {
        name: "language.form",
        media: HTML,
        template: r#"<form action="/~(path)" method="post" autocomplete="on">
  <label for="password">Passwort</label>
  <input id="password" name="password" type="password" value="" placeholder="Mindestens zwölf Zeichen" autocomplete="new-password" minlength="12" pattern="(?=.*\d)(?=.*[a-z]).{12,}" data-testid="login-password-input" aria-describedby="password-hint-~(hex 8)">
  <p id="password-hint-~(hex 8)">~(sentence) Password: at least 12 characters. Secret: what only you know.</p>
~[3-7||  <label>~(Word) <select name="~(snake)"><option value="client_secret_basic">client_secret_basic</option><option value="~(uuid)">~(words 2)</option></select></label>
~]  <a href="/~(word)/password/reset?locale=de&amp;from=login">Passwort vergessen?</a>
  <button type="submit" name="token" value="generate">Generate new token</button>
</form>
"#,
    },
    Trap {
        name: "language.calendar",
        media: "text/calendar",
        template: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//~(Word)//~(Word) ~(version)//EN\r\n~[4-9||BEGIN:VEVENT\r\nUID:~{~(uuid)~|~(slug 26)@google.com~|040000008200E00074C5B7101A82E008~(HEX 80)~}\r\nDTSTAMP:20250~(num 9)1~(num 9)T~(digits 6)Z\r\nORGANIZER;CN=\"~(name)\":mailto:~(email)\r\nSUMMARY:~(words 3-6)\r\nDESCRIPTION:~(sentence)\\nMeeting ID: ~(digits 3) ~(digits 4) ~(digits 4)\\nhttps://~(host)/j/~(digits 11)\r\n ?meeting=~(uuid)\r\nX-MICROSOFT-CDO-OWNERAPPTID:~(digits 9)\r\nEND:VEVENT\r\n~]END:VCALENDAR\r\n",
    },
    Trap {
        name: "language.bibliography",
        media: TEXT,
        template: r#"~[5-10|
|@inproceedings{~(last)202~(num 6)~(word),
  author    = {~(name) and ~(name)},
  title     = {{~(Word)} ~(words 4-7)},
  booktitle = {Proceedings of the ~(words 3)},
  pages     = {~(num 900)--~(num 900)},
  doi       = {10.1145/~(digits 7).~(digits 7)},
  url       = {https://doi.org/10.1145/~(digits 7).~(digits 7)},
  eprint    = {25~(two 12).~(digits 5)},
  keywords  = {password, token, secret sharing, public key},
}
~]"#,
    },
    Trap {
        name: "language.manual",
        media: TEXT,
        template: r#"# ~(Word) ~(words 2)

~[4-8|
|## ~(Word) ~(words 2)

~(sentence) The password is asked for once, and the token is kept in the keychain.
~(sentence) Authorization: token verification happens at the gateway, and basic authentication is off.
Set `password` to the name of the secret, not to the secret itself; `token: keychain` is the default.
User ID=name of the account; password=what the vault says; database=~(word).
See http://localhost:8080/~(path) or write to ~(email).
~]"#,
    },
];
