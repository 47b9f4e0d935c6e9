/* SPDX-License-Identifier: Apache-2.0 */
/* The page's style sheet. */
#include "report/page_style.h"

#include <stddef.h>

/* clang-format off */
const char *const page_style[] = {
    /* Colours: tests/core/report/test_page_style.c holds their contrast. */
    ":root{color-scheme:light dark;--ink:#1b222c;--soft:#566171;--line:#dde2e9;--paper:#fff;"
    "--card:#f4f6f9;--good:#2a6fbb;--bad:#b0323f;"
    "--c0:#2a6fbb;--c1:#b8521a;--c2:#1b7f63;--c3:#7b4fb0;--c4:#b0323f;--c5:#80651a;--c6:#a8407f;"
    "--c7:#66707d}\n",
    "@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#a3adbb;--line:#333c48;"
    "--paper:#13171d;--card:#1c222a;--good:#4a90dd;--bad:#e0606c;"
    "--c0:#3776be;--c1:#b95924;--c2:#26826a;--c3:#8a60c0;--c4:#c24450;--c5:#87691c;--c6:#b34c8a;"
    "--c7:#6b7683}}\n",
    /* The page. */
    "*{box-sizing:border-box}"
    "body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif;color:var(--ink);"
    "background:var(--paper);max-width:1040px;margin:0 auto;padding:2.2rem 1.4rem 3rem;"
    "-webkit-text-size-adjust:100%}"
    "h1{text-wrap:balance;font-size:1.75rem;line-height:1.2;font-weight:650;margin:0;letter-spacing:-.01em;"
    "overflow-wrap:anywhere}"
    "h2{font-size:1.15rem;font-weight:650;margin:2.6rem 0 .8rem;border-bottom:1px solid var(--line);"
    "padding-bottom:.35rem}"
    "h3{font-size:1rem;font-weight:650;margin:1.4rem 0 0}"
    "p{margin:.5rem 0}h3+p{margin:.1rem 0 .6rem}"
    ".run,.note,small,figcaption,footer{color:var(--soft)}.run{margin:.4rem 0 1.4rem}"
    "nav{margin:0 0 1.4rem;line-height:1.9}nav a{color:var(--good);text-decoration:none;"
    "margin-right:1rem;white-space:nowrap}nav a:hover{text-decoration:underline}.run+nav{margin-top:-.9rem}"
    ".run span:not(:last-child)::after{content:\" \\b7  \"}.note{max-width:46rem}ul.note{padding-left:1.2rem}"
    "small{font-size:.86em;font-weight:400}code,.mono{font-family:ui-monospace,monospace;"
    "font-size:.88em;overflow-wrap:anywhere}"
    "footer{margin-top:2.6rem;border-top:1px solid var(--line);padding-top:.6rem;font-size:.9em}"
    ".warn{border-left:4px solid var(--bad);background:var(--card);padding:.6rem 1rem;margin:.8rem 0;"
    "border-radius:0 6px 6px 0}\n",
    /* Cards. */
    ".cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px}"
    ".cards div{background:var(--card);border-radius:10px;padding:.9rem 1.1rem}"
    ".cards b{display:block;font-size:1.6rem;line-height:1.25;font-weight:650;white-space:nowrap}"
    ".cards span{color:var(--soft);font-size:.9em;line-height:1.35;display:block;margin-top:.2rem}\n",
    /* Tables. */
    "table{border-collapse:collapse;width:100%}"
    "caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    "td,th{padding:.45rem .7rem;text-align:left;vertical-align:top;font-weight:400;"
    "border-bottom:1px solid var(--line)}"
    "td:first-child,th:first-child{padding-left:0}td:last-child,th:last-child{padding-right:0}"
    "thead th{color:var(--soft);font-size:.86em;vertical-align:bottom;line-height:1.3}"
    "tbody th,thead .n:has(small){font-weight:600}tbody tr:last-child>*{border-bottom:0}"
    "th small,td small{display:block}thead small{font-size:1em;font-weight:400}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}"
    ".numbers td.n b{font-weight:600}"
    ".scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--good);outline-offset:3px}"
    ".v{text-align:right;overflow-wrap:anywhere}.changes{min-width:20rem}"
    ".words td{max-width:44rem}.path{overflow-wrap:anywhere}"
    ".name{white-space:nowrap}.picture{width:190px}.picture svg{min-width:120px}\n",
    ".columns{columns:17rem;column-gap:2.4rem}"
    ".settings{break-inside:avoid;margin-bottom:1.3rem}"
    ".settings caption{position:static;width:auto;height:auto;clip-path:none;text-align:left;"
    "font-weight:650;padding-bottom:.15rem}"
    ".settings td,.settings th{padding:.16rem 0;border-bottom:1px solid var(--line)}"
    ".settings th{font-weight:400;color:var(--soft);padding-right:1rem;white-space:nowrap}"
    ".settings td{text-align:right;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}\n",
    /* A matrix of classes. */
    ".matrix{width:auto;font-variant-numeric:tabular-nums}"
    ".matrix td,.matrix th{padding:.45rem .8rem;border:2px solid var(--paper)}"
    ".matrix td:first-child,.matrix th:first-child{padding-left:0;border-left:0}"
    ".matrix .corner{white-space:nowrap;color:var(--soft);font-size:.86em;vertical-align:bottom}"
    ".matrix td.n{min-width:5.2rem;text-align:center;border-radius:6px}"
    ".matrix thead .n{text-align:center}"
    ".matrix td small{color:inherit;opacity:.85}"
    ".right{background:color-mix(in srgb,var(--good) var(--a),var(--card))}"
    ".wrong{background:color-mix(in srgb,var(--bad) var(--a),var(--card))}\n",
    /* Pictures. */
    "figure{margin:0 0 1rem;min-width:0}figcaption{margin-bottom:.25rem}"
    "figcaption b{color:var(--ink);font-weight:600}svg{display:block;width:100%}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));"
    "gap:4px 28px;align-items:start}"
    ".plots:has(.fit){display:flex;flex-wrap:wrap;gap:4px 40px}.fit{max-width:100%}"
    ".curves{grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr))}"
    ".dashed::before{content:\"\";display:inline-block;width:1.6em;margin:0 .4em .25em .8em;"
    "border-top:2px dashed var(--c1)}"
    ".bar{display:flex;gap:2px;height:2.2rem;border-radius:6px;overflow:hidden}"
    /* A name that does not fit beside the empty box wraps, out of sight. */
    ".bar span{flex:0 1 0;min-width:1px;color:#fff;font-size:.82rem;line-height:2.2rem;"
    "display:flex;flex-wrap:wrap;justify-content:center;overflow:hidden}"
    ".bar span::before{content:\"\";height:2.2rem}"
    ".bar i{flex:none;font-style:normal;white-space:nowrap;padding:0 .3rem}"
    ".legend{line-height:1.9}.legend span{margin-right:1.2em;white-space:nowrap}"
    ".dot{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.5em}"
    "svg text{font:13px system-ui,-apple-system,\"Segoe UI\",sans-serif;fill:var(--soft)}"
    "svg .x{text-anchor:middle}svg .y{text-anchor:end}"
    ".grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}"
    ".mark{stroke:var(--c1);stroke-width:1.5;stroke-dasharray:5 4}"
    ".line{fill:none;stroke:var(--c0);stroke-width:2;stroke-linejoin:round}"
    ".whisker{stroke-width:3;stroke-linecap:round;opacity:.55}.point{fill-opacity:.55}\n",
    ".c0{fill:var(--c0);background:var(--c0)}.c1{fill:var(--c1);background:var(--c1)}"
    ".c2{fill:var(--c2);background:var(--c2)}.c3{fill:var(--c3);background:var(--c3)}"
    ".c4{fill:var(--c4);background:var(--c4)}.c5{fill:var(--c5);background:var(--c5)}"
    ".c6{fill:var(--c6);background:var(--c6)}.c7{fill:var(--c7);background:var(--c7)}"
    ".s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}"
    ".s4{stroke:var(--c4)}\n",
    /* Narrow screens: a row of the table of networks is a block, each of its cells with its name. */
    "@media(max-width:860px){.cards{grid-template-columns:repeat(2,1fr)}}"
    "@media(max-width:640px){body{padding:1.4rem 1rem 2rem}h1{font-size:1.4rem}"
    ".cards{gap:8px}.cards div{padding:.7rem .8rem}.cards b{font-size:1.3rem}"
    "td,th{padding:.4rem .5rem}.numbers:not(.stack){font-size:.92em}"
    ".plots:has(.fit){display:block}.matrix{width:100%;font-size:.84em}.matrix td.n{min-width:0}"
    ".matrix td,.matrix th{padding:.4rem .3rem}.changes{font-size:.86em}"
    ".stack,.stack tbody,.stack tr,.stack th,.stack td{display:block;width:auto}"
    ".stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}"
    ".stack tr{padding:.7rem 0;border-bottom:1px solid var(--line)}"
    ".stack tr:last-child{border:0}.stack tbody th,.stack td{padding:.12rem 0;border:0}"
    ".stack td.n{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:0 .6rem;align-items:baseline}"
    ".stack td.n::before{content:attr(data-l);color:var(--soft);margin-right:auto}"
    ".stack td small{order:-1}.stack td.n::before{order:-2}.stack td.none{display:none}"
    ".stack .picture svg{width:180px;margin-left:auto}}\n",
    /* Paper. */
    "@media print{nav{display:none}:root{--ink:#000;--soft:#444;--line:#ccc;--paper:#fff;--card:#f4f6f9}"
    "body{max-width:none;padding:0;font-size:10pt}*{print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}h2,h3{break-after:avoid}figure,tr,.cards{break-inside:avoid}"
    ".scroll{overflow:visible}}",
    NULL};
/* clang-format on */
