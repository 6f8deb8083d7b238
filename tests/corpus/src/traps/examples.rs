//! Documentation: placeholders, and examples that everybody knows.
//!
//! The joints (`~()`) keep this source free of what scanners of repositories look for.

use super::{HTML, JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "examples.curl",
        media: TEXT,
        template: r#"## ~(Word) a ~(word)

~[4-8|
|```sh
curl -X POST https://~(host)/v~(num 9)/~(word)s \
  -H "Authorization: Bearer ~{<token>~|$TOKEN~|${TOKEN}~|YOUR_TOKEN~|{{token}}~|[your token]~}" \
  -H 'X-Api-Key: ~{YOUR_API_KEY~|<your-api-key>~|$API_KEY~|{api_key}~}' \
  -u ~{username:password~|"$USER:$PASSWORD"~|sk_test_xxxx:~} \
  --data-urlencode 'secret=~{changeme~|<secret>~|...~}' \
  -d '{"id":"~(uuid)","password":"~{********~|string~|<password>~}"}'
```
~]"#,
    },
    Trap {
        name: "examples.underscored_bearer",
        media: TEXT,
        template: r#"~[4-8|
|    > GET /~(path) HTTP/1.1
    > Host: ~(host)
    > Authorization: Bearer ~{your_access_token_here~|YOUR_ACCESS_TOKEN_GOES_HERE~|REPLACE-WITH-YOUR-TOKEN~|insert-your-api-token-here~}
~]"#,
    },
    Trap {
        name: "examples.basic_header",
        media: TEXT,
        template: r#"For the user ID "Aladdin" and password "open sesame" the client sends:

    Authorization: Basic ~<b64|Aladdin:~()open sesame~>

For `~(word)` it is `Authorization: Basic ~<b64|username:~()password~>`, or
`Authorization: Basic ~<b64|user:~()pass~>` in ~(word).
"#,
    },
    Trap {
        name: "examples.env_file",
        media: TEXT,
        template: r#"# Copy to .env and fill in. Never commit .env.
~[5-12||~{API_KEY=YOUR_API_KEY~|SECRET_KEY=changeme~|GITHUB_TOKEN=ghp_~()xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx~|STRIPE_KEY=sk_~()test_xxxxxxxxxxxxxxxxxxxxxxxx~|SLACK_TOKEN=xoxb-your-token-here~|OPENAI_API_KEY=sk-...~|AWS_ACCESS_KEY_ID=AKIA~()XXXXXXXXXXXXXXXX~|AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY}~|DD_API_KEY=<your Datadog key>~|NPM_TOKEN=~|PASSWORD="$(pass show ~(path))"~|JWT_SECRET=please-change-me-in-production~|SESSION_SECRET=replace_with_32_random_characters~|SENTRY_AUTH_TOKEN=sntrys_YOUR_TOKEN_HERE~|HF_TOKEN=hf_~()xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx~|GITLAB_TOKEN=glpat-~()xxxxxxxxxxxxxxxxxxxx~|ANTHROPIC_API_KEY=sk-ant-api03-...~}
~]DATABASE_URL=postgres://localhost/~(word)
REDIS_URL=redis://localhost:6379/0
"#,
    },
    Trap {
        name: "examples.counted",
        media: TEXT,
        template: r#"# ~(words 4)
GITHUB_TOKEN=ghp_~()1234567890abcdefghijklmnopqrstuvwxyz
DD_API_KEY=~()0123456789abcdef0123456789abcdef
HEROKU_API_KEY=~()01234567-89ab-cdef-0123-456789abcdef
STRIPE_SECRET_KEY=sk_~()test_1234567890abcdefghijklmn
SLACK_BOT_TOKEN=xoxb-~()123456789012-1234567890123-abcdefghijklmnopqrstuvwx
AIRTABLE_API_KEY=key~()ABCDEFGHIJKLMN
"#,
    },
    Trap {
        name: "examples.aws",
        media: TEXT,
        template: r#"$ aws configure
AWS Access Key ID [None]: AKIA~()IOSFODNN7~()EXAMPLE
AWS Secret Access Key [None]: wJalrXUtnFEMI/~()K7MDENG/bPxRfiCY~()EXAMPLEKEY
Default region name [~(word)]: eu-central-1

[default]
aws_access_key_id = AKIA~()IOSFODNN7~()EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/~()K7MDENG/bPxRfiCY~()EXAMPLEKEY
role_arn = arn:aws:iam::123456789012:role/~(kebab)
"#,
    },
    Trap {
        name: "examples.database_placeholders",
        media: TEXT,
        template: r#"~[5-9||~{postgres://~()<user>:<password>@localhost:5432/~(word)~|postgresql://${DB_USER}:${DB_PASSWORD}@db:5432/~(word)~|mongodb://$USER:$PASSWORD@~(host)/~(word)~|mysql://{user}:{password}@{host}/~(word)~|amqp://%s:%s@%s:5672/~|redis://localhost:6379~|https://user:********@~(host)/~(word).git~|postgres://user@localhost/~(word)~|jdbc:postgresql://localhost:5432/~(word)?user=~(word)&sslmode=require~|Server=~(host);Database=~(word);User Id=<user>;Password=<password>;~|Server=~(host);Database=~(word);Trusted_Connection=True;~}
~]"#,
    },
    Trap {
        name: "examples.database_words",
        media: TEXT,
        template: r#"postgres://~()user:~()password@localhost:5432/~(word)
postgresql://~()postgres:~()postgres@db:5432/~(word)
mysql://~()root:~()changeme@127.0.0.1:3306/~(word)
https://~()username:~()password@~(host)/~(word).git
amqp://~()guest:~()guest@rabbitmq:5672/
mongodb+srv://~()<username>:~()YOUR_PASSWORD@cluster0.~(host)/
"#,
    },
    Trap {
        name: "examples.connection_string",
        media: TEXT,
        template: "Server=myServerAddress;Database=myDataBase;User Id=myUsername;Pass~()word=myPassword;\nServer=~(host);Uid=root;P~()wd=your_password;\njdbc:mysql://localhost:3306/~(word)?user=root&~()password=~()secret\n",
    },
    Trap {
        name: "examples.elided_key",
        media: JSON,
        template: r#"{
  "type": "service_account",
  "project_id": "~(kebab)",
  "private_key_id": "~(hex 40)",
  "private_key": "-----BEGIN ~()PRIVATE KEY-----\n...\n-----END ~()PRIVATE KEY-----\n",
  "client_email": "~(word)@~(kebab).iam.gserviceaccount.com",
  "client_id": "1~(digits 20)",
  "notes": "-----BEGIN ~()RSA PRIVATE KEY-----\nMIIE...snip...\n-----END ~()RSA PRIVATE KEY-----"
}
"#,
    },
    Trap {
        name: "examples.elided_tokens",
        media: JSON,
        template: r#"{"access_token":"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9...","id_token":"eyJhbGciOi...header.eyJ...payload.signature","token_type":"Bearer","expires_in":3600,"refresh_token":"<opaque>","github":"gho_~()16C7e42F...","openai":"sk-proj-...","stripe":"sk_~()live_...~(alnum 4)","slack":"xoxb-***","webhook":"https://hooks.slack.com/services/T00/B00/XXX","anthropic":"sk-ant-api03-<your key>","jwt":"xxxxx.yyyyy.zzzzz","sendgrid":"SG.xxxxxxxx","request_ids":[~[4-9|,|"~(uuid)"~]]}"#,
    },
    Trap {
        name: "examples.jwt_elided_payload",
        media: TEXT,
        template: "A token has three parts, such as ~<url|{\"alg\":\"RS256\",\"typ\":\"JWT\"}~>.~<url|{\"sub\":\"1234567890\",\"~(word)\":~(num 9)}~>... (~(words 3)).\n",
    },
    Trap {
        name: "examples.webhooks",
        media: TEXT,
        template: r#"# ~(sentence)
curl -X POST https://hooks.slack.com/services/~()T00000000/B00000000/~()XXXXXXXXXXXXXXXXXXXXXXXX
curl https://hooks.zapier.com/hooks/catch/~()123456/~()abcdef/
curl https://discord.com/api/webhooks/{webhook.id}/{webhook.token}
curl https://api.telegram.org/bot<token>/getMe
"#,
    },
    Trap {
        name: "examples.otp_uri",
        media: TEXT,
        template: "otpauth://totp/Example:~(first)@example.com?~()secret=JBSWY3DP~()EHPK3PXP&issuer=Example\n",
    },
    Trap {
        name: "examples.compose_file",
        media: YAML,
        template: r#"x-defaults: &defaults
  restart: unless-stopped
  environment: &environment
    POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}
    POSTGRES_PASSWORD_FILE: /run/secrets/db_password
    SECRET_KEY_BASE: ${SECRET_KEY_BASE}
services:
~[3-7||  ~(kebab):
    <<: *defaults
    image: ~(word)/~(word):~(version)@sha256:~(hex 64)
    environment:
      <<: *environment
      API_TOKEN_FILE: /run/secrets/~(snake)
      DATABASE_URL: postgres://${DB_USER}:${DB_PASSWORD}@db:5432/~(word)
    secrets: [db_password, ~(snake)]
~]secrets:
  db_password: { file: ./secrets/db_password.txt }
"#,
    },
    Trap {
        name: "examples.sdk_page",
        media: HTML,
        template: r#"<article><h1>~(Word) SDK</h1>
~[4-8||<p>~(sentence) Replace <code>YOUR_API_KEY</code> with your key, such as <code>sk_test_&hellip;</code>.</p>
<pre><code class="language-js"><span class="hl-~(hex 4)">const</span> client = <span>new</span> <span>~(Word)Client</span>({ apiKey: <span>process</span>.env.<span>~(upper 6)_API_KEY</span>, token: <span class="str">'&lt;token&gt;'</span>, secret: <span class="str">"YOUR_CLIENT_SECRET"</span>, password: <span class="str">'${PASSWORD}'</span> });</code></pre>
<pre><code>Authorization: Bearer &lt;token&gt;
Authorization: Basic &lt;base64(user:password)&gt;</code></pre>
~]</article>
"#,
    },
];
