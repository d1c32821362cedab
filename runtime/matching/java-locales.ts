/** The locales that Java 17 has (`Locale.getAvailableLocales()`), but for the root: by language, what comes behind its `_`. */
const byLanguage = `
af:,NA,ZA,ZA_#Latn agq:,CM,CM_#Latn ak:,GH,GH_#Latn am:,ET,ET_#Ethi
ar:,001,AE,BH,DJ,DZ,EG,EG_#Arab,EH,ER,IL,IQ,JO,KM,KW,LB,LY,MA,MR,OM,PS,QA,SA,SD,SO,SS,SY,TD,TN,YE
as:,IN,IN_#Beng asa:,TZ,TZ_#Latn ast:,ES,ES_#Latn az:,AZ,AZ_#Cyrl,AZ_#Latn,_#Cyrl,_#Latn bas:,CM,CM_#Latn
be:,BY,BY_#Cyrl bem:,ZM,ZM_#Latn bez:,TZ,TZ_#Latn bg:,BG,BG_#Cyrl bm:,ML,ML_#Latn bn:,BD,BD_#Beng,IN
bo:,CN,CN_#Tibt,IN br:,FR,FR_#Latn brx:,IN,IN_#Deva bs:,BA,BA_#Cyrl,BA_#Latn,_#Cyrl,_#Latn
ca:,AD,ES,ES_#Latn,ES_VALENCIA,FR,IT ccp:,BD,BD_#Cakm,IN ce:,RU,RU_#Cyrl ceb:,PH,PH_#Latn cgg:,UG,UG_#Latn
chr:,US,US_#Cher ckb:,IQ,IQ_#Arab,IR cs:,CZ,CZ_#Latn cy:,GB,GB_#Latn da:,DK,DK_#Latn,GL dav:,KE,KE_#Latn
de:,AT,BE,CH,DE,DE_#Latn,IT,LI,LU dje:,NE,NE_#Latn doi:,IN,IN_#Deva dsb:,DE,DE_#Latn dua:,CM,CM_#Latn
dyo:,SN,SN_#Latn dz:,BT,BT_#Tibt ebu:,KE,KE_#Latn ee:,GH,GH_#Latn,TG el:,CY,GR,GR_#Grek
en:,001,150,AE,AG,AI,AS,AT,AU,BB,BE,BI,BM,BS,BW,BZ,CA,CC,CH,CK,CM,CX,CY,DE,DG,DK,DM,ER,FI,FJ,FK,FM
en:GB,GD,GG,GH,GI,GM,GU,GY,HK,IE,IL,IM,IN,IO,JE,JM,KE,KI,KN,KY,LC,LR,LS,MG,MH,MO,MP,MS,MT,MU,MW,MY
en:NA,NF,NG,NL,NR,NU,NZ,PG,PH,PK,PN,PR,PW,RW,SB,SC,SD,SE,SG,SH,SI,SL,SS,SX,SZ,TC,TK,TO,TT,TV,TZ,UG
en:UM,US,US_#Latn,US_POSIX,VC,VG,VI,VU,WS,ZA,ZM,ZW eo:,001,001_#Latn
es:,419,AR,BO,BR,BZ,CL,CO,CR,CU,DO,EA,EC,ES,ES_#Latn,GQ,GT,HN,IC,MX,NI,PA,PE,PH,PR,PY,SV,US,UY,VE
et:,EE,EE_#Latn eu:,ES,ES_#Latn ewo:,CM,CM_#Latn fa:,AF,IR,IR_#Arab
ff:,BF_#Adlm,BF_#Latn,CM_#Adlm,CM_#Latn,GH_#Adlm,GH_#Latn,GM_#Adlm,GM_#Latn,GN,GN_#Adlm,GN_#Latn
ff:GW_#Adlm,GW_#Latn,LR_#Adlm,LR_#Latn,MR_#Adlm,MR_#Latn,NE_#Adlm,NE_#Latn,NG_#Adlm,NG_#Latn
ff:SL_#Adlm,SL_#Latn,SN,SN_#Adlm,SN_#Latn,_#Adlm,_#Latn fi:,FI,FI_#Latn fil:,PH,PH_#Latn
fo:,DK,FO,FO_#Latn
fr:,BE,BF,BI,BJ,BL,CA,CD,CF,CG,CH,CI,CM,DJ,DZ,FR,FR_#Latn,GA,GF,GN,GP,GQ,HT,KM,LU,MA,MC,MF,MG,ML,MQ
fr:MR,MU,NC,NE,PF,PM,RE,RW,SC,SN,SY,TD,TG,TN,VU,WF,YT fur:,IT,IT_#Latn fy:,NL,NL_#Latn ga:,GB,IE,IE_#Latn
gd:,GB,GB_#Latn gl:,ES,ES_#Latn gsw:,CH,CH_#Latn,FR,LI gu:,IN,IN_#Gujr guz:,KE,KE_#Latn gv:,IM,IM_#Latn
ha:,GH,NE,NG,NG_#Latn haw:,US,US_#Latn he:,IL,IL_#Hebr hi:,IN,IN_#Deva hr:,BA,HR,HR_#Latn hsb:,DE,DE_#Latn
hu:,HU,HU_#Latn hy:,AM,AM_#Armn ia:,001,001_#Latn id:,ID,ID_#Latn ig:,NG,NG_#Latn ii:,CN,CN_#Yiii
is:,IS,IS_#Latn it:,CH,IT,IT_#Latn,SM,VA ja:,JP,JP_#Jpan,JP_JP_#u-ca-japanese jgo:,CM,CM_#Latn
jmc:,TZ,TZ_#Latn jv:,ID,ID_#Latn ka:,GE,GE_#Geor kab:,DZ,DZ_#Latn kam:,KE,KE_#Latn kde:,TZ,TZ_#Latn
kea:,CV,CV_#Latn khq:,ML,ML_#Latn ki:,KE,KE_#Latn kk:,KZ,KZ_#Cyrl kkj:,CM,CM_#Latn kl:,GL,GL_#Latn
kln:,KE,KE_#Latn km:,KH,KH_#Khmr kn:,IN,IN_#Knda ko:,KP,KR,KR_#Kore kok:,IN,IN_#Deva
ks:,IN,IN_#Arab,_#Arab ksb:,TZ,TZ_#Latn ksf:,CM,CM_#Latn ksh:,DE,DE_#Latn ku:,TR,TR_#Latn kw:,GB,GB_#Latn
ky:,KG,KG_#Cyrl lag:,TZ,TZ_#Latn lb:,LU,LU_#Latn lg:,UG,UG_#Latn lkt:,US,US_#Latn ln:,AO,CD,CD_#Latn,CF,CG
lo:,LA,LA_#Laoo lrc:,IQ,IR,IR_#Arab lt:,LT,LT_#Latn lu:,CD,CD_#Latn luo:,KE,KE_#Latn luy:,KE,KE_#Latn
lv:,LV,LV_#Latn mai:,IN,IN_#Deva mas:,KE,KE_#Latn,TZ mer:,KE,KE_#Latn mfe:,MU,MU_#Latn mg:,MG,MG_#Latn
mgh:,MZ,MZ_#Latn mgo:,CM,CM_#Latn mi:,NZ,NZ_#Latn mk:,MK,MK_#Cyrl ml:,IN,IN_#Mlym mn:,MN,MN_#Cyrl
mni:,IN,IN_#Beng,_#Beng mr:,IN,IN_#Deva ms:,BN,ID,MY,MY_#Latn,SG mt:,MT,MT_#Latn mua:,CM,CM_#Latn
my:,MM,MM_#Mymr mzn:,IR,IR_#Arab naq:,NA,NA_#Latn nb:,NO,NO_#Latn,SJ nd:,ZW,ZW_#Latn nds:,DE,DE_#Latn,NL
ne:,IN,NP,NP_#Deva nl:,AW,BE,BQ,CW,NL,NL_#Latn,SR,SX nmg:,CM,CM_#Latn nn:,NO,NO_#Latn nnh:,CM,CM_#Latn
no:,NO,NO_#Latn,NO_NY nus:,SS,SS_#Latn nyn:,UG,UG_#Latn om:,ET,ET_#Latn,KE or:,IN,IN_#Orya
os:,GE,GE_#Cyrl,RU pa:,IN,IN_#Guru,PK,PK_#Arab,_#Arab,_#Guru pcm:,NG,NG_#Latn pl:,PL,PL_#Latn
ps:,AF,AF_#Arab,PK pt:,AO,BR,BR_#Latn,CH,CV,GQ,GW,LU,MO,MZ,PT,ST,TL qu:,BO,EC,PE,PE_#Latn rm:,CH,CH_#Latn
rn:,BI,BI_#Latn ro:,MD,RO,RO_#Latn rof:,TZ,TZ_#Latn ru:,BY,KG,KZ,MD,RU,RU_#Cyrl,UA rw:,RW,RW_#Latn
rwk:,TZ,TZ_#Latn sa:,IN,IN_#Deva sah:,RU,RU_#Cyrl saq:,KE,KE_#Latn sat:,IN,IN_#Olck,_#Olck
sbp:,TZ,TZ_#Latn sd:,IN,IN_#Deva,PK,PK_#Arab,_#Arab,_#Deva se:,FI,NO,NO_#Latn,SE seh:,MZ,MZ_#Latn
ses:,ML,ML_#Latn sg:,CF,CF_#Latn shi:,MA,MA_#Latn,MA_#Tfng,_#Latn,_#Tfng si:,LK,LK_#Sinh sk:,SK,SK_#Latn
sl:,SI,SI_#Latn smn:,FI,FI_#Latn sn:,ZW,ZW_#Latn so:,DJ,ET,KE,SO,SO_#Latn sq:,AL,AL_#Latn,MK,XK
sr:,BA,BA_#Cyrl,BA_#Latn,CS,ME,ME_#Cyrl,ME_#Latn,RS,RS_#Cyrl,RS_#Latn,XK_#Cyrl,XK_#Latn,_#Cyrl sr:_#Latn
su:,ID,ID_#Latn,_#Latn sv:,AX,FI,SE,SE_#Latn sw:,CD,KE,TZ,TZ_#Latn,UG ta:,IN,IN_#Taml,LK,MY,SG
te:,IN,IN_#Telu teo:,KE,UG,UG_#Latn tg:,TJ,TJ_#Cyrl th:,TH,TH_#Thai,TH_TH_#u-nu-thai ti:,ER,ET,ET_#Ethi
tk:,TM,TM_#Latn to:,TO,TO_#Latn tr:,CY,TR,TR_#Latn tt:,RU,RU_#Cyrl twq:,NE,NE_#Latn tzm:,MA,MA_#Latn
ug:,CN,CN_#Arab uk:,UA,UA_#Cyrl ur:,IN,PK,PK_#Arab
uz:,AF,AF_#Arab,UZ,UZ_#Cyrl,UZ_#Latn,_#Arab,_#Cyrl,_#Latn vai:,LR,LR_#Latn,LR_#Vaii,_#Latn,_#Vaii
vi:,VN,VN_#Latn vun:,TZ,TZ_#Latn wae:,CH,CH_#Latn wo:,SN,SN_#Latn xh:,ZA,ZA_#Latn xog:,UG,UG_#Latn
yav:,CM,CM_#Latn yi:,001,001_#Hebr yo:,BJ,NG,NG_#Latn yue:,CN,CN_#Hans,HK,HK_#Hant,_#Hans,_#Hant
zgh:,MA,MA_#Tfng
zh:,CN,CN_#Hans,HK,HK_#Hans,HK_#Hant,MO,MO_#Hans,MO_#Hant,SG,SG_#Hans,TW,TW_#Hant,_#Hans,_#Hant
zu:,ZA,ZA_#Latn
`;

let names: ReadonlySet<string> | undefined;

/** Whether Java, and so Spark, has a locale of the name. */
export function isJavaLocale(name: string): boolean {
  names ??= new Set(["", ...byLanguage.trim().split(/\s+/).flatMap(namesOf)]);
  return names.has(name);
}

function namesOf(entry: string): string[] {
  const [language = "", endings = ""] = entry.split(":");
  return endings.split(",").map((ending) => (ending === "" ? language : `${language}_${ending}`));
}
