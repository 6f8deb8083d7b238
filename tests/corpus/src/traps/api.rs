//! Answers and descriptions of services that speak of credentials and hold none.

use super::{JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "api.openapi_yaml",
        media: YAML,
        template: r##"openapi: 3.1.0
info: { title: ~(Word) API, version: ~(version) }
servers:
  - url: https://{tenant}.~(host)/v{version}
security:
  - bearerAuth: []
components:
  securitySchemes:
    bearerAuth: { type: http, scheme: bearer, bearerFormat: JWT }
    basicAuth: { type: http, scheme: basic }
    apiKey: { type: apiKey, in: header, name: X-API-Key }
    oauth:
      type: oauth2
      flows:
        clientCredentials: { tokenUrl: "https://~(host)/oauth/token", scopes: { "read:~(word)s": "~(sentence)" } }
  schemas:
~[5-12||    ~(Word)~(Word):
      type: object
      required: [username, password]
      properties:
        password: { type: string, format: password, minLength: 12, example: "pa$$word" }
        access_token: { type: string, example: "string" }
        client_secret: { type: string, writeOnly: true, example: "********" }
        id: { type: string, format: uuid, example: "~(uuid)" }
        sha: { type: string, pattern: "^[0-9a-f]{40}$", example: "~(hex 40)" }
        next_token: { type: string, example: "~<url|{"page":~(num 90),"id":"~(uuid)"}~>" }
        token: { $ref: "#/components/schemas/~(Word)Token" }
~]"##,
    },
    Trap {
        name: "api.openapi_json",
        media: JSON,
        template: r##"{"swagger":"2.0","host":"~(host)","securityDefinitions":{"Bearer":{"type":"apiKey","name":"Authorization","in":"header","description":"Example: \"Authorization: Bearer {token}\""},"basic":{"type":"basic"}},"paths":{~[5-12|,|"/~(path)/{token}":{"post":{"operationId":"~(camel)","parameters":[{"name":"password","in":"formData","type":"string","format":"password","required":true},{"name":"api_key","in":"query","type":"string"},{"name":"X-Request-Id","in":"header","default":"~(uuid)"}],"responses":{"200":{"examples":{"application/json":{"token":"string","expires_in":3600,"token_type":"Bearer","password":"string","secret":null}}},"401":{"description":"Invalid API key","schema":{"$ref":"#/definitions/~(Word)Error"}}}}}~]}}"##,
    },
    Trap {
        name: "api.discovery",
        media: JSON,
        template: r#"{"issuer":"https://~(host)/","authorization_endpoint":"https://~(host)/authorize","token_endpoint":"https://~(host)/oauth/token","device_authorization_endpoint":"https://~(host)/oauth/device/code","jwks_uri":"https://~(host)/.well-known/jwks.json","revocation_endpoint":"https://~(host)/oauth/revoke","response_types_supported":["code","token","id_token","code token id_token"],"response_modes_supported":["query","fragment","form_post"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["HS256","RS256","PS256"],"token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","private_key_jwt"],"grant_types_supported":["authorization_code","password","refresh_token","urn:ietf:params:oauth:grant-type:token-exchange"],"code_challenge_methods_supported":["S256","plain"],"claims_supported":[~[6-12|,|"~(snake)"~]],"pushed_authorization_request_endpoint":"https://~(host)/oauth/par"}"#,
    },
    Trap {
        name: "api.authorize_url",
        media: TEXT,
        template: r#"HTTP/1.1 302 Found
location: https://~(host)/authorize?response_type=code&client_id=~(uuid)&redirect_uri=https%3A%2F%2F~(host)%2Fcallback&scope=openid%20profile%20offline_access&state=~(url 43)&nonce=~(url 43)&code_challenge=~(url 43)&code_challenge_method=S256&login_hint=~(first)%40~(host)&acr_values=urn%3Amace%3Aincommon%3Aiap%3Asilver
www-authenticate: Bearer realm="~(host)", error="invalid_token", error_description="The access token expired"
www-authenticate: Basic realm="~(words 2)", charset="UTF-8"
www-authenticate: Digest realm="~(word)", qop="auth, auth-int", nonce="~(b64 43)=", opaque="~(hex 32)"
content-length: 0

"#,
    },
    Trap {
        name: "api.errors",
        media: JSON,
        template: r#"{"errors":[~[6-14|,|{"id":"~(uuid)","status":"401","code":"invalid_token","title":"Token is invalid","detail":"Token ~{***~|[REDACTED]~|<hidden>~|(expired)~} for user ~(first)","source":{"pointer":"/data/attributes/password"},"meta":{"password":null,"token":"","api_key":false,"secret":"[FILTERED]","client_secret":"********","retry_after":~(num 90)}}~]],"request":{"id":"~(UUID)","headers":{"authorization":"[FILTERED]","cookie":"[FILTERED]","x-api-key":"sha256:~(hex 8)…"}}}"#,
    },
    Trap {
        name: "api.completion",
        media: JSON,
        template: r#"{"id":"chatcmpl-~(alnum 29)","object":"chat.completion","created":~(epoch),"model":"~(kebab)-~(date)","system_fingerprint":"fp_~(hex 10)","choices":[~[1-3|,|{"index":0,"message":{"role":"assistant","content":"~(sentence) A token is about four characters. Set `API_KEY` in your environment.","tool_calls":[{"id":"call_~(alnum 24)","type":"function","function":{"name":"~(snake)","arguments":"{\"token_budget\":~(num 900),\"password_required\":false,\"id\":\"~(uuid)\"}"}}]},"logprobs":{"content":[~[10-30|,|{"token":" ~(word)","logprob":-0.~(digits 8),"bytes":[32,~(num 120)]}~]]}}~]],"usage":{"prompt_tokens":~(num 9000),"completion_tokens":~(num 900),"total_tokens":~(num 9999),"prompt_tokens_details":{"cached_tokens":0}}}"#,
    },
    Trap {
        name: "api.event_stream",
        media: "text/event-stream",
        template: "~[12-30||id: ~(ulid 26)\nevent: ~(word).delta\ndata: {\"type\":\"~(word).delta\",\"item_id\":\"msg_~(hex 48)\",\"delta\":\" ~(word)\",\"obfuscation\":\"~(alnum 4-16)\",\"token\":\"~(word)\"}\n\n~]data: {\"id\":\"resp_~(hex 50)\",\"encrypted_content\":\"gAAAAAB~(url 200-400)==\",\"signature\":\"E~(b64 200-400)=\"}\n\ndata: [DONE]\n\n",
    },
    Trap {
        name: "api.key_listing",
        media: JSON,
        template: r#"{"data":[~[5-12|,|{"object":"api_key","id":"~(uuid)","name":"~(kebab)-token","prefix":"~{sk-...~|ghp_~|xoxb-~|glpat-~}","redacted_value":"sk-...~(alnum 4)","hint":"••••~(alnum 4)","last_eight":"~(alnum 8)","fingerprint":"SHA256:~(b64 43)","hashed_token":"~(b64 43)=","scopes":["api:read","token:write"],"created_at":"~(stamp)","last_used_at":null,"expires_in_days":~(num 90)}~]]}"#,
    },
    Trap {
        name: "api.introspection",
        media: JSON,
        template: r#"{"data":{"__schema":{"types":[~[6-12|,|{"kind":"OBJECT","name":"~(Word)Token","fields":[{"name":"accessToken","type":{"name":"String"}},{"name":"password","description":"~(sentence)","args":[{"name":"secret","defaultValue":"null"}]},{"name":"apiKey","deprecationReason":"Use `token`"},{"name":"~(camel)","type":{"kind":"SCALAR","name":"ID"}}]}~]]}}}"#,
    },
    Trap {
        name: "api.flags",
        media: JSON,
        template: r#"{"flags":{~[8-20|,|"~(kebab)-password":{"version":~(num 90),"flagVersion":~(num 90),"value":"~{control~|treatment~|enabled~}","variation":1,"trackEvents":false,"salt":"~(hex 32)","sel":"~(hex 32)","reason":{"kind":"FALLTHROUGH"}}~]},"segments":{"~(kebab)":{"included":["~(uuid)"],"seed":~(digits 9)}},"clientSideAvailability":{"usingEnvironmentId":true},"environmentId":"~(hex 24)"}"#,
    },
    Trap {
        name: "api.users",
        media: JSON,
        template: r#"[~[8-16|,|{"id":"~(uuid)","email":"~(email)","name":"~(name)","has_password":true,"password_changed_at":"~(stamp)","password_expires":false,"token_count":~(num 9),"tokens_valid_after":"~(stamp)","two_factor_secret":null,"mfa":{"secret_set":~(bool),"recovery_codes_left":~(num 10)},"secret_question":"~(sentence)","api_key_last4":"~(hex 4)","avatar":"https://~(host)/avatar/~(hex 32)?s=80&d=identicon","oauth_provider":"~(word)","session_token_ttl":"PT~(num 90)M","credential_type":"password"}~]]"#,
    },
];
