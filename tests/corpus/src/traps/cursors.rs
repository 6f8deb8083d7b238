//! Page cursors, continuation tokens and what else says where to go on.

use super::{HTML, JSON, TEXT, Trap, XML};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "cursors.graphql",
        media: JSON,
        template: r#"{"data":{"repository":{"id":"~<b64|010:Repository~(digits 9)~>","issues":{"totalCount":~(num 9000),"pageInfo":{"hasNextPage":true,"hasPreviousPage":false,"startCursor":"~<b64|cursor:v2:~(bytes 24-40)~>","endCursor":"~<b64|cursor:v2:~(bytes 24-40)~>"},"edges":[~[8-20|,|{"cursor":"~<b64|cursor:v2:~(bytes 24-40)~>","node":{"__typename":"Issue","id":"I_kwDO~(alnum 16)","databaseId":~(digits 10),"number":~(num 9999),"title":"~(sentence)","author":{"login":"~(first)-~(last)"},"labels":{"nodes":[{"id":"MDU6~(alnum 20)==","name":"~(word)","color":"~(hex 6)"}]},"updatedAt":"~(stamp)"}}~]]}}},"extensions":{"rateLimit":{"cost":1,"remaining":~(num 5000)},"requestId":"~(UUID)"}}"#,
    },
    Trap {
        name: "cursors.relay_array",
        media: JSON,
        template: r#"{"data":{"viewer":{"orders":{"edges":[~[5-15|,|{"node":{"id":"~<b64|Order:~(digits 6)~>","total":"~(num 900).~(digits 2)","customer":{"id":"~<b64|Customer:~(uuid)~>","name":"~(name)"}},"cursor":"~<b64|arrayconnection:~(num 9999)~>"}~]],"pageInfo":{"endCursor":"~<b64|arrayconnection:~(num 9999)~>","hasNextPage":~(bool)}}}}}"#,
    },
    Trap {
        name: "cursors.json_in_base64",
        media: JSON,
        template: r#"{
  "object": "list",
  "items": [
~[6-14|,
|    { "id": "~(uuid)", "created_at": "~(stamp)", "self": "https://~(host)/v3/~(word)s/~(hex 24)?cursor=~<url|{"id":~(digits 8),"dir":"next","ts":~(epoch)~(digits 3)}~>" }~]
  ],
  "paging": {
    "previous": "~<url|{"before":"~(stamp)","id":"~(uuid)","sort":["-created_at","id"]}~>",
    "next": "~<url|{"after":"~(stamp)","id":"~(uuid)","sort":["-created_at","id"]}~>",
    "page_token": "~<b64|{"offset":~(num 9000),"filter":{"state":"open"},"hash":"~(hex 40)"}~>"
  },
  "has_more": ~(bool)
}
"#,
    },
    Trap {
        name: "cursors.keyset",
        media: JSON,
        template: r#"{"rows":[~[4-9|,|{"k":"~(kebab)","v":~(num 999),"at":"~(stamp)"}~]],"bookmark":"~<b64|{"k":"~(kebab)-~(digits 8)","d":"next","n":~(num 90),"q":"~(hex 16)"}~>","next_key":"~<url|{"k":["~(date)","~(uuid)"],"r":false}~>"}"#,
    },
    Trap {
        name: "cursors.signed",
        media: JSON,
        template: r#"{"results":[~[3-8|,|{"id":~(digits 12),"slug":"~(kebab)"}~]],"next":"~<url|{"o":~(num 900),"p":"~(uuid)"}~>.~(url 6).~(url 27)","previous":"~<url|{"v":1,"page":{"after":"~(uuid)"}}~>.~<url|{"exp":~(epoch),"sig":"~(hex 16)"}~>.~(url 43)"}"#,
    },
    Trap {
        name: "cursors.cloud_lists",
        media: JSON,
        template: r#"{
    "Reservations": [
~[3-7|,
|        { "ReservationId": "r-0~(hex 16)", "OwnerId": "~(digits 12)", "Instances": [ { "InstanceId": "i-0~(hex 16)", "ImageId": "ami-0~(hex 16)", "KeyName": "~(kebab)", "ClientToken": "~(uuid)", "LaunchTime": "~(stamp)", "SubnetId": "subnet-0~(hex 16)", "IamInstanceProfile": { "Arn": "arn:aws:iam::~(digits 12):instance-profile/~(kebab)", "Id": "AIPA~(b32 17)" } } ] }~]
    ],
    "NextToken": "~<b64|~(bytes 90-260)~>",
    "nextToken": "~(b64 120-400)==",
    "next_token": "~(url 44-180)",
    "LastEvaluatedKey": { "pk": { "S": "USER#~(uuid)" }, "sk": { "S": "TOKEN#~(epoch)" } },
    "ContinuationToken": "1~(b64 84)=",
    "Marker": "~(b64 64)",
    "ResponseMetadata": { "RequestId": "~(upper 16)", "HostId": "~(b64 76)=", "HTTPStatusCode": 200 }
}
"#,
    },
    Trap {
        name: "cursors.bucket_listing",
        media: XML,
        template: r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>~(kebab)</Name><Prefix>~(word)/</Prefix><KeyCount>~(num 1000)</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>true</IsTruncated><ContinuationToken>1~(b64 84)=</ContinuationToken><NextContinuationToken>1~(b64 100-160)</NextContinuationToken>~[6-20||<Contents><Key>~(path)/~(uuid).parquet</Key><LastModified>~(stamp)</LastModified><ETag>&quot;~(hex 32)-~(num 90)&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>~(digits 7)</Size><Owner><ID>~(hex 64)</ID></Owner><StorageClass>STANDARD</StorageClass></Contents>~]</ListBucketResult>
"#,
    },
    Trap {
        name: "cursors.google_lists",
        media: JSON,
        template: r#"{
 "kind": "calendar#events",
 "etag": "\"p~(digits 16)\"",
 "nextPageToken": "C~(url 40-120)==",
 "nextSyncToken": "CP~(alnum 14)CDg~(alnum 16)GAU~(alnum 30-60)==",
 "items": [
~[4-10|,
|  { "kind": "calendar#event", "etag": "\"~(digits 16)\"", "id": "~(slug 26)_~(date)T090000Z", "htmlLink": "https://www.google.com/calendar/event?eid=~<url|~(slug 26) ~(email)~>", "iCalUID": "~(slug 26)@google.com", "hangoutLink": "https://meet.google.com/~(lower 3)-~(lower 4)-~(lower 3)", "creator": { "email": "~(email)" } }~]
 ]
}
"#,
    },
    Trap {
        name: "cursors.search_scroll",
        media: JSON,
        template: r#"{"_scroll_id":"FGluY2x1ZGVfY29udGV4dF91dWlk~(b64 100-180)==","took":~(num 400),"timed_out":false,"pit_id":"46ToAwMD~(url 120-200)==","hits":{"total":{"value":10000,"relation":"gte"},"hits":[~[5-12|,|{"_index":"~(kebab)-~(date)","_id":"~(url 20)","_seq_no":~(num 99999),"_source":{"@timestamp":"~(stamp)","message":"~(sentence)"},"sort":[~(epoch)~(digits 3),"~(url 20)"]}~]]}}"#,
    },
    Trap {
        name: "cursors.kubernetes_continue",
        media: JSON,
        template: r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"~(digits 9)","continue":"~<b64|{"v":"meta.k8s.io/v1","rv":~(digits 9),"start":"~(kebab)-~(hex 10)-~(slug 5)\u0000"}~>","remainingItemCount":~(num 900)},"items":[~[3-7|,|{"metadata":{"name":"~(kebab)-~(hex 10)-~(slug 5)","generateName":"~(kebab)-~(hex 10)-","uid":"~(uuid)","labels":{"pod-template-hash":"~(hex 10)"}},"spec":{"volumes":[{"name":"kube-api-access-~(slug 5)","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}]}}],"serviceAccountName":"~(kebab)","imagePullSecrets":[{"name":"~(word)-pull-secret"}]}}~]]}"#,
    },
    Trap {
        name: "cursors.odata",
        media: JSON,
        template: r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","@odata.nextLink":"https://graph.microsoft.com/v1.0/users?$top=100&$skiptoken=RFNwdAIAAQAA~(url 180-400)","@odata.deltaLink":"https://graph.microsoft.com/v1.0/users/delta?$deltatoken=~(url 160-300)","value":[~[4-9|,|{"@odata.etag":"W/\"JzEtVEVT~(b64 60)=\"","id":"~(uuid)","displayName":"~(name)","mail":"~(email)","passwordPolicies":"DisablePasswordExpiration","lastPasswordChangeDateTime":"~(stamp)"}~]]}"#,
    },
    Trap {
        name: "cursors.link_header",
        media: TEXT,
        template: r#"HTTP/1.1 200 OK
date: ~(date)
content-type: application/json; charset=utf-8
etag: W/"~(hex 64)"
link: <https://~(host)/repositories/~(digits 9)/issues?after=~<url|cursor:v2:~(bytes 30)~>%3D&per_page=100>; rel="next", <https://~(host)/repositories/~(digits 9)/issues?before=~<url|cursor:v2:~(bytes 30)~>%3D>; rel="prev"
x-next-cursor: ~<url|{"a":"~(uuid)","l":50}~>
x-continuation-token: ~(b64 90-160)==
x-ms-continuation: {"token":"-RID:~~~(b64 22)==#RT:1#TRC:100#ISV:2#IEO:65567#QCF:8#FPC:~(b64 20)=","range":{"min":"05C1~(HEX 12)","max":"FF"}}
x-request-id: ~(uuid)
x-github-request-id: ~(HEX 4):~(HEX 6):~(HEX 7):~(HEX 7):~(HEX 8)
"#,
    },
    Trap {
        name: "cursors.page_links",
        media: HTML,
        template: r#"<nav class="pagination" aria-label="Pages">
~[4-9||  <a class="page" rel="next" href="/~(path)?cursor=~<url|{"t":"~(stamp)","i":"~(uuid)"}~>&amp;next_token=~(url 60-120)&amp;sort=~(word)">~(num 90)</a>
~]  <button data-next-token="~(url 80)" data-page-token="~(b64 44)=" hx-get="/~(path)/more?token=~(url 43)" hx-swap="outerHTML">~(words 2)</button>
</nav>
"#,
    },
    Trap {
        name: "cursors.sync",
        media: JSON,
        template: r#"{"next_batch":"s~(digits 8)_~(digits 9)_~(num 90)_~(digits 7)_~(digits 6)_1_~(digits 5)_~(digits 7)_0_~(num 900)","device_one_time_keys_count":{"signed_curve25519":50},"rooms":{"join":{"!~(alnum 18):~(host)":{"timeline":{"prev_batch":"t~(num 900)-~(digits 9)_~(digits 9)_0_1","events":[~[3-8|,|{"type":"m.room.message","event_id":"$~(url 43)","sender":"@~(first):~(host)","content":{"msgtype":"m.text","body":"~(sentence)"},"unsigned":{"transaction_id":"m~(epoch)~(digits 3).~(num 90)"}}~]]}}}},"next_change_id":"~(digits 10)-~(digits 9)-~(digits 10)-~(digits 9)-~(digits 10)"}"#,
    },
];
