//! Minified JavaScript: long lines, short names, tables of hashes, inlined pictures.

use super::pen::Pen;

/// Writes one bundle.
pub(super) fn document(pen: &mut Pen) {
    pen.fill(
        "/*! For license information please see @{word}.@{hex:8}.js.LICENSE.txt */\n\
(self.webpackChunk_@{word}=self.webpackChunk_@{word}||[]).push([[@{below:900}],{",
    );
    for _ in 0..pen.rng.between(10, 120) {
        pen.fill("@{below:99999}:(@{var},@{var},@{var})=>{\"use strict\";");
        for _ in 0..pen.rng.between(3, 40) {
            pen.fill_one(STATEMENTS);
        }
        pen.text("},");
    }
    pen.fill("}]);\n//# sourceMappingURL=@{word}.@{hex:8}.chunk.js.map\n");
}

const STATEMENTS: &[&str] = &[
    "var @{var}=@{var}(@{below:99999}),@{var}=@{var}.n(@{var});",
    "function @{var}(@{var},@{var}){return @{var}.@{member}(@{var},@{var}.@{member}||{})}",
    "if(!(@{var} instanceof @{var}))throw new TypeError(\"@{sentence:5}\");",
    "for(var @{var}=0;@{var}<@{var}.length;@{var}++)@{var}[@{var}]=@{var}.@{member}(@{var}[@{var}],@{below:99});",
    "@{var}.exports=@{var}.p+\"static/media/@{word}.@{hex:20}.svg\";",
    "@{var}.@{member}=function(){var @{var}=this.@{member},@{var}=arguments;return @{var}?@{var}.@{member}.apply(@{var},@{var}):void 0},",
    "const @{var}=({@{member}:@{var},@{member}:@{var}=!1,...@{var}})=>(0,@{var}.jsx)(\"div\",{className:\"@{class} @{class}\",children:@{var}?\"@{words:2-5}\":null});",
    "@{var}=async @{var}=>{try{const @{var}=await fetch(`https://@{host}/@{path:2}/${@{var}.@{member}}?limit=@{below:100}`);return await @{var}.json()}catch(@{var}){console.error(\"@{words:3}\",@{var})}};",
    "switch(@{var}.type){case\"@{word}/@{member}\":return{...@{var},@{member}:@{var}.@{member}};case\"@{word}/@{member}\":return{...@{var},@{member}:!0};default:return @{var}}",
    "@{var}.@{member}&&\"function\"==typeof @{var}.@{member}?@{var}.@{member}(@{var},@{var}):@{var}.push(...@{var}.@{member}(@{var}=>@{var}.@{member}!==@{var}.@{member}));",
    "var @{var}=/^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+)@(?:[a-z0-9-]+\\.)+[a-z]{2,}$/i;",
    "@{var}.d(@{var},{Z:()=>@{var},@{base62:2}:()=>@{var},@{base62:2}:()=>@{var}});",
    "const @{var}={\"en\":{\"@{word}.@{word}\":\"@{sentence:4-10}\",\"@{word}.password\":\"@{words:3}\",\"@{word}.@{word}\":\"@{sentence:4-10}\"},\"de\":{\"@{word}.@{word}\":\"@{sentence:4-10}\"}};",
    "@{var}.u=@{var}=>\"static/js/\"+@{var}+\".\"+{@{below:999}:\"@{hex:8}\",@{below:999}:\"@{hex:8}\",@{below:999}:\"@{hex:8}\",@{below:999}:\"@{hex:8}\",@{below:999}:\"@{hex:8}\",@{below:999}:\"@{hex:8}\"}[@{var}]+\".chunk.js\";",
    "@{var}.createElement(\"path\",{d:\"M@{below:24} @{below:24}a@{below:9} @{below:9} 0 1 1-@{below:9}.@{digits:2} @{below:9}V@{below:24}l@{below:9}.@{digits:3}-@{below:9}z\",fill:\"#@{hex:6}\"}),",
    "@{var}.exports=\"@{image:1}\";",
    "Object.defineProperty(@{var},\"__esModule\",{value:!0}),@{var}.@{member}=void 0;",
    "@{var}[\"Content-Type\"]=\"application/json\",@{var}.headers.set(\"X-Request-Id\",\"@{uuid}\"),@{var}.@{member}(@{var});",
    "const [@{var},@{var}]=(0,@{var}.useState)(@{below:99}),@{var}=(0,@{var}.useMemo)((()=>@{var}.@{member}(((@{var},@{var})=>@{var}-@{var}))),[@{var}]);",
    "this.__hash=\"@{hex:32}\",this.@{member}=@{var}<<@{below:31}|@{var}>>>@{below:31},this.@{member}^=0x@{hex:8};",
];
