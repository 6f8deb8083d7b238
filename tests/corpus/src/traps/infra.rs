//! Files and answers of orchestrators and of infrastructure as code.

use super::{JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "infra.manifests",
        media: YAML,
        template: r#"~[3-6|---
|apiVersion: apps/v1
kind: Deployment
metadata:
  name: ~(kebab)
  uid: ~(uuid)
  annotations:
    checksum/secret: ~(hex 64)
    kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"apps/v1","spec":{"token":{"secretName":"~(kebab)"}}}'
spec:
  template:
    metadata: { labels: { app: ~(word), pod-template-hash: "~(hex 10)", controller-revision-hash: ~(kebab)-~(hex 9) } }
    spec:
      serviceAccountName: ~(kebab)
      automountServiceAccountToken: false
      imagePullSecrets: [{ name: ~(word)-registry-credentials }]
      containers:
        - name: ~(word)
          image: registry.~(host)/~(path):~(version)@sha256:~(hex 64)
          env:
            - name: API_TOKEN
              valueFrom: { secretKeyRef: { name: ~(kebab), key: api-token } }
            - { name: PASSWORD_FILE, value: /var/run/secrets/~(word)/password }
            - { name: SECRET_NAME, value: ~(kebab)-credentials }
          volumeMounts: [{ name: token, mountPath: /var/run/secrets/tokens }]
      volumes:
        - name: token
          projected: { sources: [{ serviceAccountToken: { path: token, audience: ~(host), expirationSeconds: 3600 } }] }
        - name: tls
          secret: { secretName: ~(kebab)-tls }
status:
  containerID: containerd://~(hex 64)
~]"#,
    },
    Trap {
        name: "infra.terraform_plan",
        media: TEXT,
        template: r#"Terraform will perform the following actions:

~[3-6|
|  # module.~(word).aws_db_instance.~(word)[0] will be updated in-place
  ~ resource "aws_db_instance" "~(word)" {
      + password                = (sensitive value)
      ~ master_password         = (sensitive value) -> (known after apply)
        arn                     = "arn:aws:rds:eu-central-1:~(digits 12):db:~(kebab)"
        kms_key_id              = "arn:aws:kms:eu-central-1:~(digits 12):key/~(uuid)"
        resource_id             = "db-~(b32 26)"
      + secret_access_key       = (known after apply)
      ~ source_code_hash        = "~(b64 43)=" -> "~(b64 43)="
      ~ etag                    = "~(hex 32)" -> "~(hex 32)"
      + user_data               = "~(hex 40)"
        token                   = var.~(snake)
        # (12 unchanged attributes hidden)
    }
~]
Plan: ~(num 9) to add, ~(num 9) to change, 0 to destroy.
~(kebab).~(word): Refreshing state... [id=~(uuid)]
"#,
    },
    Trap {
        name: "infra.terraform_source",
        media: TEXT,
        template: r#"~[3-6|
|resource "random_password" "~(snake)" {
  length  = 32
  special = true
}

resource "kubernetes_secret" "~(snake)" {
  metadata { name = "~(kebab)" }
  data = {
    password          = random_password.~(snake).result
    DB_PASSWORD       = var.db_password
    secret_access_key = aws_iam_access_key.~(snake).secret
    connection        = "postgres://${var.user}:${random_password.~(snake).result}@${aws_db_instance.~(word).endpoint}/~(word)"
    token             = data.vault_generic_secret.~(word).data["token"]
  }
}
~]"#,
    },
    Trap {
        name: "infra.metrics",
        media: TEXT,
        template: r#"# HELP ~(snake)_total Tokens issued, by client.
# TYPE ~(snake)_total counter
~[10-24||~(snake)_total{client_id="~(uuid)",token_type="bearer",pod="~(kebab)-~(hex 10)-~(slug 5)",image="sha256:~(hex 64)",le="0.~(num 9)"} ~(digits 6) # {trace_id="~(hex 32)"} 0.~(digits 4)
~]kube_secret_info{namespace="~(word)",secret="~(kebab)-token-~(slug 5)",uid="~(uuid)"} 1
go_info{version="go1.2~(num 5).~(num 9)"} 1
password_hash_duration_seconds_bucket{le="+Inf"} ~(digits 5)
process_start_time_seconds 1.7~(digits 8)e+09
"#,
    },
    Trap {
        name: "infra.workflow",
        media: YAML,
        template: r#"name: ~(word)
on: [push]
permissions: { contents: read, id-token: write }
jobs:
~[2-4||  ~(word)-~(hex 4):
    runs-on: ubuntu-24.04
    env:
      GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}
      NPM_CONFIG_TOKEN: ${{ secrets.NPM_TOKEN || '' }}
    steps:
      - uses: actions/checkout@~(hex 40) # v~(version)
        with: { token: "${{ steps.app.outputs.token }}", persist-credentials: false }
      - run: echo "//registry.npmjs.org/:_authToken=${NODE_AUTH_TOKEN}" > .npmrc
      - run: echo "::add-mask::$PASSWORD" && curl -H "Authorization: token $GITHUB_TOKEN" -H 'Authorization: Bearer ${{ secrets.DEPLOY_TOKEN }}' https://~(host)/
      - run: docker login -u ${{ github.actor }} -p ${{ secrets.REGISTRY_PASSWORD }} ghcr.io
      - run: git clone https://x-access-token:${{ secrets.PAT }}@github.com/~(path).git
~]"#,
    },
    Trap {
        name: "infra.helm_values",
        media: YAML,
        template: r#"global:
  postgresql: &pg
    auth: { existingSecret: ~(kebab), secretKeys: { adminPasswordKey: postgres-password, userPasswordKey: password } }
~[3-7||~(word):
  image: { repository: ~(path), tag: "~(version)", digest: sha256:~(hex 64) }
  password: ""
  existingSecret: "~(kebab)"
  tokenSecretRef: { name: ~(kebab), key: token }
  apiKey: "{{ .Values.~(word).apiKey }}"
  jwtSecret: null
  credentials: { secretName: ~(kebab)-credentials }
  url: "redis://:{{ .Values.redis.password }}@~(word):6379"
  <<: *pg
~]"#,
    },
    Trap {
        name: "infra.stack_outputs",
        media: JSON,
        template: r#"{"StackId":"arn:aws:cloudformation:eu-central-1:~(digits 12):stack/~(kebab)/~(uuid)","Resources":{~[4-9|,|"~(Word)~(Word)~(HEX 8)":{"Type":"AWS::SecretsManager::Secret","Properties":{"GenerateSecretString":{"SecretStringTemplate":"{\"username\":\"~(word)\"}","GenerateStringKey":"password","PasswordLength":32},"MasterUserPassword":"{{resolve:secretsmanager:~(kebab):SecretString:password}}","SecretAccessKey":{"Fn::GetAtt":["~(Word)Key","SecretAccessKey"]}},"Metadata":{"aws:asset:path":"asset.~(hex 64).zip","S3Key":"~(hex 64).zip"}}~]},"Parameters":{"DbPassword":{"Type":"String","NoEcho":true,"Default":"****"}}}"#,
    },
    Trap {
        name: "infra.vault_metadata",
        media: JSON,
        template: r#"{"request_id":"~(uuid)","lease_id":"","data":{"keys":[~[4-9|,|"~(kebab)-password"~]],"custom_metadata":null,"accessor":"~(alnum 24)","policies":["default"],"token_ttl":~(num 3600),"token_num_uses":0,"bind_secret_id":true,"secret_id_accessor":"~(uuid)","versions":{"1":{"created_time":"~(stamp)","destroyed":false}}},"wrap_info":null,"auth":null,"mount_type":"kv"}"#,
    },
];
