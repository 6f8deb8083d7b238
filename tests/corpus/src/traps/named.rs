//! What is called a password or a key and holds none: log-in pages, translations, schemas, validators, programs.

use super::{HTML, JAVASCRIPT, JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "named.login_page",
        media: HTML,
        template: r#"<form action="/login?next=%2F~(path)" method="post" class="~(word)-password">
<label for="password">Password</label>
<input type="password" id="password" name="password" value="" placeholder="~{Password~|Passwort~|Mot de passe~|Contraseña~|~(Word)123~}" autocomplete="~{current~|new~}-password" data-testid="login-password-~(num 9)" minlength="8" pattern="(?=.*\d)(?=.*[a-z]).{8,}" aria-describedby="password-help-~(hex 4)">
<input type="password" name="password_confirmation" value="">
<a href="/password/reset?return_to=/~(path)">Forgot password?</a> <a href="/account/password">~(words 2)</a>
<div data-props='{"passwordLabel":"Password","password":"~{Passwort~|Wachtwoord~|Hasło~|Password*~|Password:~}","showPassword":false,"pwd":"~(kebab)","errors":{"password":"~(sentence)"}}'></div>
~[2-5||<p class="password-~(word)" id="pwd-~(num 99)">Password: ~(sentence)</p>
~]<table><tr><th>Password</th><td>~{Required~|string~|~(Word)~}</td></tr><tr><td>password</td><td class="v">~(kebab)</td></tr></table>
</form>
"#,
    },
    Trap {
        name: "named.translations",
        media: JSON,
        template: r#"{"login":{~[6-14|,|"~(camel)~(num 999)":"~(sentence)"~],"password":"~{Passwort~|Kennwort~|Contraseña~|Lozinka~|Salasana~|Heslo~|Jelszó~|Parola~|Senha~|Wachtwoord~|Adgangskode~|パスワード~|Пароль~}","newPassword":"~{Neues Passwort~|Nouveau mot de passe~|NovaSenha~}","passwordHint":"8+ characters, 1 number","confirmPassword":"Confirm-Password!","forgotPassword":"Forgot&nbsp;password1?","client_secret":"Client-Secret","clientSecret":"ClientSecretOfYourApplication","apiKey":"API-Schlüssel","api_key":"Your_API_key_for_this_project","secretKey":"login.form.labels.secret_key","password_too_short":"Min. 8","pwd":"user.profile.password2","passphrase":"Passphrase:"}}"#,
    },
    Trap {
        name: "named.schema",
        media: JSON,
        template: r##"{"openapi":"3.1.0","info":{"title":"~(words 2)","version":"~(version)"},"components":{"schemas":{~[3-7|,|"~(Word)~(Word)~(num 99)":{"type":"object","required":["username","password"],"properties":{"username":{"type":"string"},"password":{"type":"string","format":"password","minLength":8,"maxLength":128,"writeOnly":true,"description":"~(sentence)"},"client_secret":{"$ref":"#/components/schemas/ClientSecretValue"},"api_key":{"type":["string","null"],"pattern":"^[A-Za-z0-9]{32}$"}},"example":{"username":"~(word)","password":"string","client_secret":"YOUR_CLIENT_SECRET_HERE","api_key":"<your-api-key>","apikey":"{{apiKeyOfTheEnvironment}}","pwd":"********"}}~]},"securitySchemes":{"apiKey":{"type":"apiKey","in":"header","name":"X-Api-Key"},"password":{"type":"oauth2","flows":{"password":{"tokenUrl":"https://~(host)/oauth/token","scopes":{}}}}}}}"##,
    },
    Trap {
        name: "named.terraform_variables",
        media: TEXT,
        template: r#"variable "db_password" {
  type      = string
  sensitive = true
  default   = "changeme"
}
~[3-6|
|resource "~(snake)" "~(word)~(num 99)" {
  password         = var.~(snake)_password
  master_password  = random_password.~(word)1.result
  db_password      = data.aws_ssm_parameter.~(word)2.value
  admin_password   = "${var.~(snake)}"
  root_password    = local.secrets["~(snake)"]
  client_secret    = azuread_application_password.~(snake).value
  api_key          = data.vault_generic_secret.~(word).data["api_key"]
  access_key       = "arn:aws:iam::~(digits 12):access-key/~(kebab)"
  secret_key       = file("~(path)/secret_key.txt")
  encryption_key   = google_kms_crypto_key.~(word).id
}
output "password" { value = module.~(word).db_password }
~]"#,
    },
    Trap {
        name: "named.documentation",
        media: TEXT,
        template: r#"# ~(Word) ~(words 2)

~[3-6|
|Set `DB_PASSWORD` in your environment, or pass `--password=<password>`:

    export DB_PASSWORD=~{$PASSWORD~|${PASSWORD:-changeme}~|"$(pass show db)"~|your_password_here~|********~|secret~}
    ~(word)ctl login --username ~(first) --password=~{$PASSWORD~|your-password~|PASSWORD~|<your-password>~|-~}
    curl 'https://~(host)/~(path)?api_key=~{YOUR_API_KEY_GOES_HERE~|{your_api_key_value}~|$MY_API_KEY_FROM_ENV~}'
    psql "host=~(host) user=~(word) password=~{secret~|mypassword~|$PGPASSWORD~|...~}"
    client_secret=~{<client-secret>~|your-client-secret-here~|insert-client-secret-of-your-app~}

password: ~(sentence)
Password=~(word) is what the default says. The password: 8 to 64 characters (see password policy, section ~(version)).
~]"#,
    },
    Trap {
        name: "named.validator",
        media: JAVASCRIPT,
        template: r##"!function(e,t){var n={password:{required:!0,minlength:8,equalTo:"#password2"},pwd:function(e){return/^(?=.*\d)/.test(e)},client_secret:i(~(num 9999)).secretField,apiKey:t.apiKeyFromEnvironment2},r={~[5-12|,|~(camel)Password:"~(kebab)",~(word)Pwd:~(num 9999)~]};
~[4-9||function ~(camel)(e){const password=e.target.value2,pwd=t[1],passwd=o.hash256;if(password=n.password1,!password)return{password:"~(sentence)"};return fetch("/~(path)",{body:JSON.stringify({password:e.password1,pwd:btoa(e.pwd2),client_secret:this.clientSecretField1})})}
~]var s={password:Yup.string().min(8),password:"required|min:8|max:64",PASSWORD:"PASSWORD_V2",password:"current-password",secretKey:"settings.security.secretKey",apiKey:process.env.NEXT_PUBLIC_API_KEY_1,l={~[3-6|,|~(camel)Password:"~(hex 32)"~]}}}();
"##,
    },
    Trap {
        name: "named.program",
        media: TEXT,
        template: r#"class ~(Word)~(Word)(BaseModel):
    password: str = Field(min_length=8)
    pwd: Optional[bytes32] = None
~[3-6|
|def ~(snake)(user, password=None, api_key=os.environ["API_KEY"]):
    password = getpass.getpass2()
    password = request.form.get('password1')
    client_secret = settings.oauth.client_secret_value
    secret_key = get_secret_from_the_vault(name, 12)
    cfg = {'password': os.environ.get('DB_PASSWORD'), 'api_key': config.api_key_of_the_service, "PASSWORD": env("DB_PASSWORD")}
    check_password(password=password1, pwd=self.pwd_context2)
    auth_token = AuthToken.objects.create_for_user(user)
~]"#,
    },
    Trap {
        name: "named.kubernetes",
        media: YAML,
        template: r#"~[3-5|---
|apiVersion: v1
kind: Pod
metadata: { name: ~(kebab)-~(slug 5), uid: ~(uuid) }
spec:
  containers:
    - name: ~(word)
      env:
        - name: DB_PASSWORD
          valueFrom:
            secretKeyRef: { name: ~(kebab)-credentials, key: password }
        - name: PASSWORD_FILE
          value: /run/secrets/~(word)1/password
        - name: API_KEY
          value: "$(~(upper 6)_API_KEY)"
        - name: REDIS_PASSWORD
          value: vault:secret/data/~(path)#password1
      password: ""
      client_secret: !vault |
        $ANSIBLE_VAULT;1.1;AES256
      db_password: ENC[AES256_GCM,data:~(b64 22)==,iv:~(b64 43)=,tag:~(b64 22)==,type:str]
      admin_password: {{ .Values.~(word).password1 }}
      existingSecret: ~(kebab)-~(slug 5)
~]"#,
    },
    Trap {
        name: "named.carriers",
        media: HTML,
        template: r#"<form><input type="hidden" name="csrf_token" value="~(alnum 40)"><input type="hidden" name="authenticity_token" value="~(b64 86)=="><input type="hidden" name="reset_password_token" value="~(url 20)"><input type="hidden" name="timestamp_secret" value="~(hex 64)"></form>
<script>window.__STATE__={"csrfToken":"~(hex 64)","nextToken":"~(url 60)","page_token":"~(url 40)","nonce":"~(url 22)","state":"~(url 43)","code":"~(url 64)","cacheKey":"~(hex 32)","sortKey":"~(alnum 24)","partition_key":"~(uuid)","public_key":"~(b64 44)","publicKey":"~(url 43)","siteKey":"6L~(url 38)","passwordResetToken":"","api_key_id":"~(alnum 20)","secret_id":"~(uuid)","secretVersion":"~(uuid)","password_changed_at":"~(stamp)","has_password":true,"passwordExpiresIn":~(digits 8),"SAMLResponse":"~(b64 200)"}</script>
"#,
    },
];
