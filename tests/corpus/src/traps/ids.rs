//! Identifiers: what names a thing and opens nothing.

use super::{JSON, TEXT, Trap, YAML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "ids.uuids",
        media: JSON,
        template: r#"{
  "urn": "urn:uuid:~(uuid)",
  "registry_format": "{~(UUID)}",
  "compact": "~(hex 32)",
  "upper": "~(UUID)",
  "short": "~(url 22)",
  "flickr_base58": "~(alnum 22)",
  "nil": "00000000-0000-0000-0000-000000000000",
  "max": "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "v7": "01~(hex 6)-~(hex 4)-7~(hex 3)-8~(hex 3)-~(hex 12)",
  "token_id": "~(uuid)",
  "api_key_id": "~(uuid)",
  "secret_id": "~(uuid)",
  "members": [
~[10-30|,
|    { "id": "~(uuid)", "tenant": "~(uuid)", "session_id": "~(uuid)", "correlation": "~(UUID)", "ref": "~(word)_~(uuid)", "path": "/~(word)s/~(uuid)/~(word)" }~]
  ]
}
"#,
    },
    Trap {
        name: "ids.sortable",
        media: JSON,
        template: r#"{"ulid":[~[4-12|,|"01~(ulid 24)"~]],"ksuid":[~[4-8|,|"2~(alnum 26)"~]],"objectid":[~[4-8|,|{"$oid":"6~(hex 23)"}~]],"snowflake":[~[4-8|,|"1~(digits 18)"~]],"nanoid":[~[4-8|,|"~(url 21)"~]],"cuid":[~[4-8|,|"c~(slug 24)"~]],"xid":"~(slug 20)","typeid":[~[4-8|,|"~(word)_01~(slug 24)"~]],"stripe":["cus_~(alnum 14)","pi_3~(alnum 23)","evt_1~(alnum 23)","price_1~(alnum 23)","req_~(alnum 14)","acct_1~(alnum 15)","prod_~(alnum 14)"],"slack":["U0~(upper 9)","C0~(upper 9)","T0~(upper 8)","B0~(upper 9)"],"asin":"B0~(upper 8)","youtube":"https://www.youtube.com/watch?v=~(url 11)&list=PL~(url 32)&si=~(url 16)","drive":"https://drive.example.com/file/d/1~(url 32)/view"}"#,
    },
    Trap {
        name: "ids.trace",
        media: TEXT,
        template: r#"GET /~(path) HTTP/1.1
host: ~(host)
traceparent: 00-~(hex 32)-~(hex 16)-01
tracestate: dd=s:1;t.dm:-1;p:~(hex 16),es=s:0.~(num 99),~(slug 8)@nr=0-0-~(digits 7)-~(digits 9)-~(hex 16)-~(hex 16)-1-0.~(digits 6)-~(epoch)~(digits 3)
b3: ~(hex 32)-~(hex 16)-1-~(hex 16)
x-b3-traceid: ~(hex 32)
x-b3-spanid: ~(hex 16)
uber-trace-id: ~(hex 32):~(hex 16):~(hex 16):1
x-cloud-trace-context: ~(hex 32)/~(digits 19);o=1
x-amzn-trace-id: Root=1-~(hex 8)-~(hex 24);Parent=~(hex 16);Sampled=1
sentry-trace: ~(hex 32)-~(hex 16)-1
baggage: sentry-trace_id=~(hex 32),sentry-public_key=~(hex 32),sentry-release=~(hex 40),userId=~(uuid)
elastic-apm-traceparent: 00-~(hex 32)-~(hex 16)-01
cf-ray: ~(hex 16)-FRA
x-vercel-id: fra1::iad1::~(slug 5)-~(epoch)~(digits 3)-~(hex 12)
x-amz-cf-id: ~(url 54)==
x-amz-id-2: ~(b64 75)=
x-served-by: cache-fra-~(slug 8)-FRA
fly-request-id: 01~(ulid 24)-fra
x-fastly-request-id: ~(hex 40)

"#,
    },
    Trap {
        name: "ids.spans",
        media: JSON,
        template: r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"~(kebab)"}},{"key":"k8s.pod.uid","value":{"stringValue":"~(uuid)"}},{"key":"container.id","value":{"stringValue":"~(hex 64)"}}]},"scopeSpans":[{"spans":[~[8-20|,|{"traceId":"~(hex 32)","spanId":"~(hex 16)","parentSpanId":"~(hex 16)","name":"POST /oauth/token","startTimeUnixNano":"~(epoch)~(digits 9)","attributes":[{"key":"http.url","value":{"stringValue":"https://~(host)/~(path)?token_type=~(word)"}},{"key":"enduser.id","value":{"stringValue":"~(hex 24)"}}]}~]]}]}]}"#,
    },
    Trap {
        name: "ids.unity_meta",
        media: YAML,
        template: r#"%YAML 1.1
%TAG !u! tag:unity3d.com,2011:
--- !u!1 &~(digits 19)
GameObject:
  m_CorrespondingSourceObject: {fileID: 0}
  m_Component:
~[6-14||  - component: {fileID: ~(digits 19)}
~]  m_Name: ~(Word)~(Word)
--- !u!114 &~(digits 19)
MonoBehaviour:
  m_Script: {fileID: 11500000, guid: ~(hex 32), type: 3}
~[8-16||  - {fileID: ~(digits 19), guid: ~(hex 32), type: 2}
~]  fileFormatVersion: 2
  guid: ~(hex 32)
  assetBundleName: ~(kebab)
  key: ~(word)
"#,
    },
    Trap {
        name: "ids.unreal",
        media: TEXT,
        template: r#"Begin Object Class=/Script/BlueprintGraph.K2Node_CallFunction Name="K2Node_CallFunction_~(num 90)"
   FunctionReference=(MemberParent=/Script/CoreUObject.Class'"/Script/Engine.KismetSystemLibrary"',MemberName="~(Word)~(Word)")
   NodePosX=~(num 900)
   NodeGuid=~(HEX 32)
~[8-20||   CustomProperties Pin (PinId=~(HEX 32),PinName="~(Word)~(Word)",PinType.PinCategory="~(word)",PersistentGuid=~(HEX 32),LinkedTo=(K2Node_Event_~(num 9) ~(HEX 32),),bHidden=False,)
~]End Object
"#,
    },
    Trap {
        name: "ids.visual_studio",
        media: TEXT,
        template: r#"Microsoft Visual Studio Solution File, Format Version 12.00
# Visual Studio Version 17
VisualStudioVersion = 17.~(num 9).~(digits 5).~(digits 3)
~[4-9||Project("{~(UUID)}") = "~(Word).~(Word)", "src\~(Word)\~(Word).csproj", "{~(UUID)}"
	ProjectSection(ProjectDependencies) = postProject
		{~(UUID)} = {~(UUID)}
	EndProjectSection
EndProject
~]Global
	GlobalSection(ProjectConfigurationPlatforms) = postSolution
~[6-12||		{~(UUID)}.Debug|Any CPU.ActiveCfg = Debug|Any CPU
~]	EndGlobalSection
EndGlobal
<UserSecretsId>~(uuid)</UserSecretsId>
<PublicKeyToken>~(hex 16)</PublicKeyToken>
<Reference Include="~(Word).~(Word), Version=~(version).0, Culture=neutral, PublicKeyToken=~(hex 16)" />
"#,
    },
    Trap {
        name: "ids.network",
        media: TEXT,
        template: r#"~[3-6||~(num 90): eth~(num 9): <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether ~(mac) brd ff:ff:ff:ff:ff:ff
    inet ~(ip)/24 brd 10.0.0.255 scope global dynamic noprefixroute eth0
    inet6 ~(ipv6)/64 scope global temporary dynamic
    inet6 fe80::~(hex 4):~(hex 2)ff:fe~(hex 2):~(hex 4)/64 scope link
~]
~[10-20||? (~(ip)) at ~(mac) [ether] on eth0
~]
~[4-9||tcp6  0  0 [~(ipv6)]:~(num 60000)  [~(ipv6)]:443  ESTABLISHED ~(num 9000)/~(word)  uid:~(num 2000) ino:~(digits 8) sk:~(hex 16) <->
~]infiniband: ~(hex 4):~(hex 4):~(hex 4):~(hex 4) guid 0x~(hex 16)
wwn: 0x5000~(hex 12) iqn.2003-01.org.linux-iscsi.~(word).x8664:sn.~(hex 12)
"#,
    },
    Trap {
        name: "ids.test_numbers",
        media: JSON,
        template: r#"{"cards":[{"brand":"visa","number":"4242 4242 4242 4242","cvc":"123"},{"brand":"visa","number":"4111111111111111"},{"brand":"mastercard","number":"5555-5555-5555-4444"},{"brand":"amex","number":"378282246310005"}],"iban":["DE89 3704 0044 0532 0130 00","GB82WEST12345698765432","FR1420041010050500013M02606"],"bic":"COBADEFFXXX","vat":"DE~(digits 9)","isbn":"978-3-16-148410-0","imei":"~(digits 15)","vin":"~(ulid 17)","phone":["+49 30 ~(digits 8)","+1-202-555-0~(digits 3)"],"ean":"~(digits 13)","orders":[~[6-14|,|{"order":"ORD-~(digits 10)","tracking":"1Z~(upper 16)","auth_code":"~(digits 6)","fingerprint":"~(alnum 16)","last4":"~(digits 4)","network_transaction_id":"~(digits 15)"}~]]}"#,
    },
];
