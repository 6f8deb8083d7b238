//! What builds make: bundles, source maps, class names; and what editors and sockets say.

use super::{CSS, JAVASCRIPT, JSON, TEXT, Trap};

pub(super) const TRAPS: &[Trap] = &[
    Trap {
        name: "script.chunk_table",
        media: JAVASCRIPT,
        template: r#"(()=>{"use strict";var e,t,r,n={},o={};function a(e){var t=o[e];if(void 0!==t)return t.exports;var r=o[e]={id:e,loaded:!1,exports:{}};return n[e].call(r.exports,r,r.exports,a),r.loaded=!0,r.exports}a.m=n,a.amdO={},a.u=e=>"static/js/"+({~[10-30|,|~(num 9999):"~(word)-~(word)"~]}[e]||e)+"."+{~[20-60|,|~(num 9999):"~(hex 8)"~]}[e]+".chunk.js",a.miniCssF=e=>"static/css/"+e+"."+{~[10-30|,|~(num 9999):"~(hex 20)"~]}[e]+".css",a.h=()=>"~(hex 20)",a.p="/",self.__BUILD="~(hex 40)"})();
//# sourceMappingURL=runtime.~(hex 16).js.map
"#,
    },
    Trap {
        name: "script.bundle",
        media: JAVASCRIPT,
        template: r#"/*! For license information please see main.~(hex 8).js.LICENSE.txt */
(self.webpackChunk~(word)=self.webpackChunk~(word)||[]).push([[~(num 999)],{~[10-30|,|~(num 99999):function(e,t,n){"use strict";n.d(t,{A:function(){return ~(camel)},~(alnum 2):function(){return i}});var r=n(~(num 99999)),i=r.~(camel)(e.~(camel),{password:"",token:null,apiKey:void 0,secret:!1}),s=class ~(Word)~(Word)Error extends Error{constructor(e){super("~(words 3-6) token"),this.code="ERR_~(upper 8)",this.~(camel)AndRe~(camel)With~(camel)Fallback=e}};t.set~(Word)AccessTokenFromResponseInterceptor=function(e){return e.headers.Authorization="Bearer ".concat(localStorage.getItem("access_token")),e},o=`https://${e}:${t}@${n}/api`,c="~(hex 32)",l={~(camel):"~(hex 32)",key_~(word):"~(kebab)",sk_~(word):"~(snake)"},u=/^(sk|pk)_(live|test)_[0-9a-zA-Z]{24,}$/,p=/eyJ[\w-]+\.eyJ[\w-]+/;"undefined"==typeof __REACT_DEVTOOLS_GLOBAL_HOOK__&&t.__SECRET_INTERNALS_DO_NOT_USE_OR_YOU_WILL_BE_FIRED}~]}]);
"#,
    },
    Trap {
        name: "script.constants",
        media: JAVASCRIPT,
        template: r#"var K=new Uint32Array([~[40-64|,|0x~(hex 8)~]]),H="~(HEX 64)",P="0x~(hex 64)",G={p:"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",n:"~(hex 64)",b:"~(hex 64)"},alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",base58="123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",url="ModuleSymbhasOwnPr-0123456789ABCDEFGHNRVfgctiUvz_KqYTJkLxpZXIjQW",contract="0x~(hex 40)",topic="0x~(hex 64)",abi=[~[6-12|,|{"inputs":[{"internalType":"address","name":"token","type":"address"}],"name":"~(camel)","selector":"0x~(hex 8)"}~]],magnet="magnet:?xt=urn:btih:~(hex 40)&dn=~(kebab)",wasm="AGFzbQEAAAAB~(b64 400-900)";export{K,H,P};
"#,
    },
    Trap {
        name: "script.source_map",
        media: JSON,
        template: r#"{"version":3,"file":"static/js/main.~(hex 8).js","sources":["webpack://~(word)/./src/~(word)/~(word).tsx","webpack://~(word)/./node_modules/~(word)/index.js"],"sourcesContent":["import { useToken } from '~(word)';\nconst password = form.get('password');\nexport const ~(camel) = () => fetch('/api/~(word)', { headers: { Authorization: `Bearer ${token}` } });\n"],"names":[~[20-60|,|"~(camel)"~]],"mappings":"~(vlq 800-2000)AAAA","debugId":"~(uuid)"}"#,
    },
    Trap {
        name: "script.css_modules",
        media: CSS,
        template: r#"~[20-50||.~(Word)_~(word)__~(url 5),.~(word)-module__~(alnum 6)__~(word){margin:~(num 40)px;color:#~(hex 6);background:url(/static/media/~(word).~(hex 20).svg)}.css-~(slug 7)-~(Word)~(Word):hover{opacity:.~(num 9)}.sc-~(alnum 6).~(alnum 6){transition:opacity .~(num 9)s}[data-v-~(hex 8)]{display:none}#__next-~(hex 12)>._~(hex 32){order:1}
~]@font-face{font-family:__~(Word)_~(hex 6);src:url(/_next/static/media/~(hex 16)-s.p.woff2)format("woff2")}
"#,
    },
    Trap {
        name: "script.class_map",
        media: JSON,
        template: r#"{~[20-50|,|"~(camel)":"~(Word)_~(camel)__~(url 5) ~(word)-~(hex 8)"~],"passwordField":"Login_passwordField__~(url 5)","tokenInput":"_tokenInput_~(slug 5)_~(num 90)"}"#,
    },
    Trap {
        name: "script.keybindings",
        media: JSON,
        template: r#"[
~[20-40|,
|  { "key": "~{ctrl~|cmd~|alt~}+~{shift+~|~}~(slug 1)", "command": "~(word).~(word).~(camel)", "when": "editorTextFocus && !suggestWidgetVisible && config.~(word).~(word)", "args": { "snippet": "${1:token}", "key": "~(word)" } }~]
]
"#,
    },
    Trap {
        name: "script.declarations",
        media: TEXT,
        template: r#"~[6-14|
|/** ~(sentence) */
export interface ~(Word)~(Word)Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  password: string | null;
  apiKey = process.env.~(upper 6)_API_KEY ?? '';
  clientSecret: Secret.fromSecretNameV2(this, '~(Word)Secret', '~(kebab)');
  tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  ~(camel)(token: CancellationToken): Promise<TokenResponse>;
}
~]"#,
    },
    Trap {
        name: "script.websocket_handshake",
        media: TEXT,
        template: "GET /~(path) HTTP/1.1\r\nHost: ~(host)\r\nUpgrade: websocket\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\nSec-WebSocket-Key: ~(b64 22)==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nUser-Agent: ~(agent)\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ~(b64 27)=\r\n\r\n42[\"~(word)\",{\"sid\":\"~(url 20)\",\"upgrades\":[],\"pingInterval\":25000}]\n",
    },
];
