// The layouts of the categories read here, edition by edition, in the notation of asterix_layout.h.
//
// Widths, steps and orders are those of EUROCONTROL's published specifications (documents SUR.ET1.ST05.2000-STD…);
// names are the mnemonics given there.
#pragma once

#include <span>
#include <string_view>

#include "surveillance/asterix_layout.h"

namespace tansiq::surveillance::asterix {

/// CAT 021, edition 2.6: ADS-B target reports.
inline constexpr std::string_view kText021 = R"(
008 = RA:1 TC:2 TS:1 ARV:1 CDTIA:1 NOTTCAS:1 SA:1
010 = SAC:8 SIC:8
015 = :8
016 = :u8*1/2@s
020 = :8
040 > ATP:3 ARC:2 RC:1 RAB:1 > DCR:1 GBS:1 SIM:1 TST:1 SAA:1 CL:2 > _:1 LLC:1 IPC:1 NOGO:1 CPR:1 LDPJ:1 RCF:1 >
    TBC.EP:1 TBC.VAL:u6 > MBC.EP:1 MBC.VAL:u6 >
070 = _:4 MODE3A:o12
071 = :u24*1/2^7@s
072 = :u24*1/2^7@s
073 = :u24*1/2^7@s
074 = FSI:2 TOMRP:u30*1/2^30@s
075 = :u24*1/2^7@s
076 = FSI:2 TOMRP:u30*1/2^30@s
077 = :u24*1/2^7@s
080 = :24
090 > NUCRNACV:3 NUCPNIC:4 > NICBARO:1 SIL:2 NACP:4 > _:2 SILS:1 SDA:2 GVA:2 > PIC:4 _:3 >
110 {
  TIS > NAV:1 NVB:1 _:5 >
  TID *1 TCA:1 NC:1 TCPN:6 ALT:s16*10@ft LAT:s24*180/2^23@deg LON:s24*180/2^23@deg PT:4 TD:2 TRA:1 TOA:1 TOV:u24*1@s
      TTR:u16*1/100@NM
}
130 = LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
131 = LAT:s32*180/2^30@deg LON:s32*180/2^30@deg
132 = :s8*1@dBm
140 = :s16*25/2^2@ft
145 = :s16*1/2^2@FL
146 = SAS:1 S:2 ALT:s13*25@ft
148 = MV:1 AH:1 AM:1 ALT:s13*25@ft
150 = IM:1 AS:c15
151 = RE:1 TAS:u15*1@kt
152 = :u16*360/2^16@deg
155 = RE:1 BVR:s15*25/2^2@ft/min
157 = RE:1 GVR:s15*25/2^2@ft/min
160 = RE:1 GS:u15*1/2^14@NM/s TA:u16*360/2^16@deg
161 = _:4 TRNUM:12
165 = _:6 TAR:s10*1/2^5@deg/s
170 = :i48
200 = ICF:1 LNAV:1 ME:1 PS:3 SS:2
210 = _:1 VNS:1 VN:3 LTT:3
220 {
  WS = :u16*1@kt
  WD = :u16*1@deg
  TMP = :s16*1/2^2@degC
  TRB = :u8
}
230 = :s16*1/100@deg
250 *1 :64
260 = TYP:5 STYP:3 ARA:14 RAC:4 RAT:1 MTE:1 TTI:2 TID:26
271 > _:2 POA:1 CDTIS:1 B2LOW:1 RAS:1 IDENT:1 > LW:4 _:3 >
295 {
  AOS = :u8*1/10@s
  TRD = :u8*1/10@s
  M3A = :u8*1/10@s
  QI = :u8*1/10@s
  TI1 = :u8*1/10@s
  MAM = :u8*1/10@s
  GH = :u8*1/10@s
  FL = :u8*1/10@s
  SAL = :u8*1/10@s
  FSA = :u8*1/10@s
  AS = :u8*1/10@s
  TAS = :u8*1/10@s
  MH = :u8*1/10@s
  BVR = :u8*1/10@s
  GVR = :u8*1/10@s
  GV = :u8*1/10@s
  TAR = :u8*1/10@s
  TI2 = :u8*1/10@s
  TS = :u8*1/10@s
  MET = :u8*1/10@s
  ROA = :u8*1/10@s
  ARA = :u8*1/10@s
  SCC = :u8*1/10@s
}
400 = :8
RE !
SP !
uap = 010 040 161 015 071 130 131 072 150 151 080 073 074 075 076 140 090 210 070 230 145 152 200 155 157 160 165 077
    170 020 220 146 148 110 016 008 271 132 250 260 400 295 - - - - - RE SP
)";

/// CAT 021, reserved expansion field, edition 1.5.
inline constexpr std::string_view kText021Ref = R"(
RE {1
  BPS = _:4 BPS:u12*1/10@hPa
  SH = _:4 HDR:1 STAT:1 SH:u10*45/2^6@deg
  NAV = AP:1 VN:1 AH:1 AM:1 MFM.EP:1 MFM.VAL:1 _:2
  GAO = :8
  SGV > STP:1 HTS:1 HTT:1 HRD:1 GSS:u11*1/2^3@kt > HGT:u7*45/2^4@deg >
  STA > ES:1 UAT:1 RCE.EP:1 RCE.VAL:2 RRL.EP:1 RRL.VAL:1 > PS3.EP:1 PS3.VAL:3 TPW.EP:1 TPW.VAL:2 > TSI.EP:1 TSI.VAL:2
      MUO.EP:1 MUO.VAL:1 RWC.EP:1 RWC.VAL:1 > DAA.EP:1 DAA.VAL:2 DF17CA.EP:1 DF17CA.VAL:3 > SVH.EP:1 SVH.VAL:2
      CATC.EP:1 CATC.VAL:3 > TAO.EP:1 TAO.VAL:5 _:1 >
  TNH = :u16*360/2^16@deg
  MES {
    SUM = M5:1 ID:1 DA:1 M1:1 M2:1 M3:1 MC:1 PO:1
    PNO = _:2 PIN:14 _:5 NO:11
    EM1 = V:1 _:1 L:1 _:1 EM1:o12
    XP = _:2 XP:1 X5:1 XC:1 X3:1 X2:1 X1:1
    FOM = _:3 FOM:5
    M2 = V:1 _:1 L:1 _:1 MODE2:o12
  }
}
)";

/// CAT 034, edition 1.29: monoradar service messages.
inline constexpr std::string_view kText034 = R"(
000 = :8
010 = SAC:8 SIC:8
020 = :u8*360/2^8@deg
030 = :u24*1/2^7@s
041 = :u16*1/2^7@s
050 {
  COM = NOGO:1 RDPC:1 RDPR:1 OVLRDP:1 OVLXMT:1 MSC:1 TSV:1 _:1
  -
  -
  PSR = ANT:1 CHAB:2 OVL:1 MSC:1 _:3
  SSR = ANT:1 CHAB:2 OVL:1 MSC:1 _:3
  MDS = ANT:1 CHAB:2 OVLSUR:1 MSC:1 SCF:1 DLF:1 OVLSCF:1 OVLDLF:1 _:7
}
060 {
  COM = _:1 REDRDP:3 REDXMT:3 _:1
  -
  -
  PSR = POL:1 REDRAD:3 STC:2 _:2
  SSR = REDRAD:3 _:5
  MDS = REDRAD:3 CLU:1 _:4
}
070 *1 TYP:5 COUNT:u11
090 = RNG:s8*1/2^7@NM AZM:s8*360/2^14@deg
100 = RHOST:u16*1/2^8@NM RHOEND:u16*1/2^8@NM THETAST:u16*360/2^16@deg THETAEND:u16*360/2^16@deg
110 = :8
120 = HGT:s16*1@m LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
RE !
SP !
uap = 010 000 030 020 041 050 060 070 100 110 120 090 RE SP
)";

/// CAT 048, edition 1.31: monoradar target reports.
inline constexpr std::string_view kText048 = R"(
010 = SAC:8 SIC:8
020 > TYP:3 SIM:1 RDP:1 SPI:1 RAB:1 > TST:1 ERR:1 XPP:1 ME:1 MI:1 FOEFRI:2 > ADSB.EP:1 ADSB.VAL:1 SCN.EP:1 SCN.VAL:1
    PAI.EP:1 PAI.VAL:1 _:1 >
030 *fx :7
040 = RHO:u16*1/2^8@NM THETA:u16*360/2^16@deg
042 = X:s16*1/2^7@NM Y:s16*1/2^7@NM
050 = V:1 G:1 L:1 _:1 MODE2:o12
055 = V:1 G:1 L:1 MODE1:5
060 = _:4 QA4:1 QA2:1 QA1:1 QB4:1 QB2:1 QB1:1 QC4:1 QC2:1 QC1:1 QD4:1 QD2:1 QD1:1
065 = _:3 QA4:1 QA2:1 QA1:1 QB2:1 QB1:1
070 = V:1 G:1 L:1 _:1 MODE3A:o12
080 = _:4 QA4:1 QA2:1 QA1:1 QB4:1 QB2:1 QB1:1 QC4:1 QC2:1 QC1:1 QD4:1 QD2:1 QD1:1
090 = V:1 G:1 FL:u14*1/2^2@FL
100 = V:1 G:1 _:2 MODEC:12 _:4 QC1:1 QA1:1 QC2:1 QA2:1 QC4:1 QA4:1 QB1:1 QD1:1 QB2:1 QD2:1 QB4:1 QD4:1
110 = _:2 3DH:s14*25@ft
120 {
  CAL = D:1 _:5 CAL:s10*1@m/s
  RDS *1 DOP:u16*1@m/s AMB:u16*1@m/s FRQ:u16*1@MHz
}
130 {
  SRL = :u8*360/2^13@deg
  SRR = :u8
  SAM = :s8*1@dBm
  PRL = :u8*360/2^13@deg
  PAM = :s8*1@dBm
  RPD = :s8*1/2^8@NM
  APD = :s8*360/2^14@deg
}
140 = :u24*1/2^7@s
161 = _:4 TRN:12
170 > CNF:1 RAD:2 DOU:1 MAH:1 CDM:2 > TRE:1 GHO:1 SUP:1 TCC:1 _:3 >
200 = GSP:u16*1/2^14@NM/s HDG:u16*360/2^16@deg
210 = SIGX:u8*1/2^7@NM SIGY:u8*1/2^7@NM SIGV:u8*1/2^14@NM/s SIGH:u8*360/2^12@deg
220 = :24
230 = COM:3 STAT:3 SI:1 _:1 MSSC:1 ARC:1 AIC:1 B1A:1 B1B:4
240 = :i48
250 *1 MBDATA:56 BDS1:4 BDS2:4
260 = :56
RE !
SP !
uap = 010 140 020 040 070 090 130 220 240 250 161 042 200 170 210 030 080 100 110 120 230 260 055 050 065 060 SP RE
)";

/// CAT 048, reserved expansion field, edition 1.12.
inline constexpr std::string_view kText048Ref = R"(
RE {1
  MD5 {
    SUM = M5:1 ID:1 DA:1 M1:1 M2:1 M3:1 MC:1 _:1
    PMN = _:2 PIN:14 _:2 NAV:1 NAT:5 _:2 MIS:6
    POS = LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
    GA = _:1 RES:1 GA:s14*25@ft
    EM1 = V:1 G:1 L:1 _:1 EM1:o12
    TOS = :u8*1/2^7@s
    XP = _:2 XP:1 X5:1 XC:1 X3:1 X2:1 X1:1
  }
  M5N {
    SUM = M5:1 ID:1 DA:1 M1:1 M2:1 M3:1 MC:1 _:1
    PMN = _:2 PIN:14 _:4 NOV:1 NO:11
    POS = LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
    GA = _:1 RES:1 GA:s14*25@ft
    EM1 = V:1 G:1 L:1 _:1 EM1:o12
    TOS = :u8*1/2^7@s
    XP = _:2 XP:1 X5:1 XC:1 X3:1 X2:1 X1:1
    FOM = _:3 FOM:5
  }
  M4E > _:5 FOEFRI:2 >
  RPC {
    SCO = :u8
    SRC = :u16*1/10@dB
    RW = :u16*1/2^8@NM
    AR = :u16*1/2^8@NM
  }
  ERR = :u24*1/2^8@NM
  RTC {
    PTL = _:3 SCN:1 RC:1 AC:1 SSR:1 PSR:1 PLOTNR:16
    ATL *1 :16
    TRN = :u8*1@%
    NPP = PREDRHO:u16*1/2^7@NM PREDTHETA:u16*360/2^16@deg EVOLRHOSTART:u16*1/2^7@NM EVOLRHOEND:u16*1/2^7@NM
        EVOLTHETASTART:u16*360/2^16@deg EVOLTHETAEND:u16*360/2^16@deg NOISERHOSTART:u16*1/2^7@NM
        NOISERHOEND:u16*1/2^7@NM NOISETHETASTART:u16*360/2^16@deg NOISETHETAEND:u16*360/2^16@deg PREDTIME:u16*1/2^7@s
    DLK *1 TYPE:4 ORIGIN:2 STATE:2
    LCK = LS:1 LOCTIM:u15*1@ms
    TC = _:7 TCOUNT1:u4 TCODE1:5 TCOUNT2:u4 TCODE2:o12 TCOUNT3:u4 TCODE3:o12
    TLC = ACQI:2 TRKUPDCTR:u14 LASTTRKUPD:u16*1@ms
    ASI *1 SACADJS:8 SICADJS:8 TIMEOFDAYSCN:u16*1/2^7@s DATAUSE:7 DRNA:1 DRN:16
    TES = :8
    IR = IR:1 M3A:u7*1@s
  }
  CPC {
    PNB = :16
    RPL *1 TYPE:8 REPLYNBR:16
    SNB = :u8
    DATE = Y1:u4 Y2:u4 Y3:u4 Y4:u4 M1:u4 M2:u4 D1:u4 D2:u4
  }
  GEN48 {
    ALTM2 = V:1 G:1 L:1 _:1 ALTM2:o12
    ALTM3 = V:1 G:1 L:1 _:1 ALTM3:o12
    ALTFL = V:1 G:1 ALTFL:s14*1/2^2@ALTFL
  }
}
)";

/// CAT 062, edition 1.20: system tracks.
inline constexpr std::string_view kText062 = R"(
010 = SAC:8 SIC:8
015 = :8
040 = :16
060 = V:1 G:1 CH:1 _:1 MODE3A:o12
070 = :u24*1/2^7@s
080 > MON:1 SPI:1 MRH:1 SRC:3 CNF:1 > SIM:1 TSE:1 TSB:1 FPC:1 AFF:1 STP:1 KOS:1 > AMA:1 MD4:2 ME:1 MI:1 MD5:2 > CST:1
    PSR:1 SSR:1 MDS:1 ADS:1 SUC:1 AAC:1 > SDS:2 EMS:3 PFT:1 FPLT:1 > DUPT:1 DUPF:1 DUPM:1 SFC:1 IDD:1 IEC:1 MLAT:1 >
100 = X:s24*1/2@m Y:s24*1/2@m
105 = LAT:s32*180/2^25@deg LON:s32*180/2^25@deg
110 {
  SUM = M5:1 ID:1 DA:1 M1:1 M2:1 M3:1 MC:1 X:1
  PMN = _:2 PIN:14 _:3 NAT:5 _:2 MIS:6
  POS = LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
  GA = _:1 RES:1 GA:s14*25@ft
  EM1 = _:4 EM1:o12
  TOS = :s8*1/2^7@s
  XP = _:3 X5:1 XC:1 X3:1 X2:1 X1:1
}
120 = _:4 MODE2:o12
130 = :s16*25/2^2@ft
135 = QNH:1 CTB:s15*1/2^2@FL
136 = :s16*1/2^2@FL
185 = VX:s16*1/2^2@m/s VY:s16*1/2^2@m/s
200 = TRANS:2 LONG:2 VERT:2 ADF:1 _:1
210 = AX:s8*1/2^2@m/s2 AY:s8*1/2^2@m/s2
220 = :s16*25/2^2@ft/min
245 = STI:2 _:6 CHR:i48
270 > LENGTH:u7*1@m > ORIENTATION:u7*360/2^7@deg > WIDTH:u7*1@m >
290 {
  TRK = :u8*1/2^2@s
  PSR = :u8*1/2^2@s
  SSR = :u8*1/2^2@s
  MDS = :u8*1/2^2@s
  ADS = :u16*1/2^2@s
  ES = :u8*1/2^2@s
  VDL = :u8*1/2^2@s
  UAT = :u8*1/2^2@s
  LOP = :u8*1/2^2@s
  MLT = :u8*1/2^2@s
}
295 {
  MFL = :u8*1/2^2@s
  MD1 = :u8*1/2^2@s
  MD2 = :u8*1/2^2@s
  MDA = :u8*1/2^2@s
  MD4 = :u8*1/2^2@s
  MD5 = :u8*1/2^2@s
  MHG = :u8*1/2^2@s
  IAS = :u8*1/2^2@s
  TAS = :u8*1/2^2@s
  SAL = :u8*1/2^2@s
  FSS = :u8*1/2^2@s
  TID = :u8*1/2^2@s
  COM = :u8*1/2^2@s
  SAB = :u8*1/2^2@s
  ACS = :u8*1/2^2@s
  BVR = :u8*1/2^2@s
  GVR = :u8*1/2^2@s
  RAN = :u8*1/2^2@s
  TAR = :u8*1/2^2@s
  TAN = :u8*1/2^2@s
  GSP = :u8*1/2^2@s
  VUN = :u8*1/2^2@s
  MET = :u8*1/2^2@s
  EMC = :u8*1/2^2@s
  POS = :u8*1/2^2@s
  GAL = :u8*1/2^2@s
  PUN = :u8*1/2^2@s
  MB = :u8*1/2^2@s
  IAR = :u8*1/2^2@s
  MAC = :u8*1/2^2@s
  BPS = :u8*1/2^2@s
}
300 = :8
340 {
  SID = SAC:8 SIC:8
  POS = RHO:u16*1/2^8@NM THETA:u16*360/2^16@deg
  HEIGHT = :s16*25@ft
  MDC = V:1 G:1 LMC:s14*1/2^2@FL
  MDA = V:1 G:1 L:1 _:1 MODE3A:o12
  TYP = TYP:3 SIM:1 RAB:1 TST:1 _:2
}
380 {
  ADR = :24
  ID = :i48
  MHG = :u16*360/2^16@deg
  IAS = IM:1 IAS:c15
  TAS = :u16*1@kt
  SAL = SAS:1 SRC:2 ALT:s13*25@ft
  FSS = MV:1 AH:1 AM:1 ALT:s13*25@ft
  TIS > NAV:1 NVB:1 _:5 >
  TID *1 TCA:1 NC:1 TCPN:6 ALT:s16*10@ft LAT:s24*180/2^23@deg LON:s24*180/2^23@deg PT:4 TD:2 TRA:1 TOA:1 TOV:u24*1@s
      TTR:u16*1/100@NM
  COM = COM:3 STAT:3 _:2 SSC:1 ARC:1 AIC:1 B1A:1 B1B:4
  SAB = AC:2 MN:2 DC:2 GBS:1 _:6 STAT:3
  ACS = :56
  BVR = :s16*25/2^2@ft/min
  GVR = :s16*25/2^2@ft/min
  RAN = :s16*1/100@deg
  TAR = TI:2 _:6 ROT:s7*1/2^2@deg/s _:1
  TAN = :u16*360/2^16@deg
  GS = :s16*1/2^14@NM/s
  VUN = :8
  MET = WS:1 WD:1 TMP:1 TRB:1 _:4 WSD:u16*1@kt WDD:u16*1@deg TMPD:s16*1/2^2@degC TRBD:u8
  EMC = :8
  POS = LAT:s24*180/2^23@deg LON:s24*180/2^23@deg
  GAL = :s16*25/2^2@ft
  PUN = _:4 PUN:4
  BDSDATA *1 :64
  IAR = :u16*1@kt
  MAC = :u16*1/125@Mach
  BPS = _:4 BPS:u12*1/10@mb
}
390 {
  TAG = SAC:8 SIC:8
  CS = :a56
  IFI = TYP:2 _:3 NBR:u27
  FCT = GATOAT:2 FR1FR2:2 RVSM:2 HPR:1 _:1
  TAC = :a32
  WTC = :a8
  DEP = :a32
  DST = :a32
  RDS = NU1:a8 NU2:a8 LTR:a8
  CFL = :u16*1/2^2@FL
  CTL = CENTRE:8 POSITION:8
  TOD *1 TYP:5 DAY:2 _:4 HOR:u5 _:2 MIN:u6 AVS:1 _:1 SEC:u6
  AST = :a48
  STS = EMP:2 AVL:2 _:4
  STD = :a56
  STA = :a56
  PEM = _:3 VA:1 MODE3A:o12
  PEC = :a56
}
500 {
  APC = X:u16*1/2@m Y:u16*1/2@m
  COV = :s16*1/2@m
  APW = LAT:u16*180/2^25@deg LON:u16*180/2^25@deg
  AGA = :u8*25/2^2@ft
  ABA = :u8*1/2^2@FL
  ATV = X:u8*1/2^2@m/s Y:u8*1/2^2@m/s
  AA = X:u8*1/2^2@m/s2 Y:u8*1/2^2@m/s2
  ARC = :u8*25/2^2@ft/min
}
510 *fx IDENT:8 TRACK:15
RE !
SP !
uap = 010 - 015 070 105 100 185 210 060 245 380 040 080 290 200 295 136 130 135 220 390 270 300 110 120 510 500 340 -
    - - - - RE SP
)";

/// CAT 062, reserved expansion field, edition 1.3.
inline constexpr std::string_view kText062Ref = R"(
RE {1
  CST *1 SAC:8 SIC:8 _:4 TYP:4 LTN:16
  CSN *1 SAC:8 SIC:8 _:4 TYP:4
  TVS = VX:s16*1/2^2@m/s VY:s16*1/2^2@m/s
  STS > FDR:1 LNAV.EP:1 LNAV.VAL:1 _:4 >
  V3 {
    PS3 = EP:1 VAL:3 _:4
    AS = RCE.EP:1 RCE.VAL:2 RRL.EP:1 RRL.VAL:1 TPW.EP:1 TPW.VAL:2 TSI.EP:1 TSI.VAL:2 TAO.EP:1 TAO.RE:1 TAO.VAL:6 _:5
    UAS = MUO.EP:1 MUO.VAL:1 DAA.EP:1 DAA.VAL:2 RWC.EP:1 RWC.VAL:1 _:1
    CASS = SVH.EP:1 SVH.VAL:2 CATC.EP:1 CATC.VAL:3 _:1
  }
}
)";

/// CAT 065, edition 1.5: status of a tracker.
inline constexpr std::string_view kText065 = R"(
000 = :8
010 = SAC:8 SIC:8
015 = :8
020 = :u8
030 = :u24*1/2^7@s
040 = NOGO:2 OVL:1 TSV:1 PSS:2 STTN:1 _:1
050 = :8
RE !
SP !
uap = 010 000 015 030 020 040 050 - - - - - RE SP
)";

/// CAT 062, edition 1.19: the last bit of 080 was spare.
inline constexpr std::string_view kEdits062Edition119 = R"(
080 > MON:1 SPI:1 MRH:1 SRC:3 CNF:1 > SIM:1 TSE:1 TSB:1 FPC:1 AFF:1 STP:1 KOS:1 > AMA:1 MD4:2 ME:1 MI:1 MD5:2 > CST:1
    PSR:1 SSR:1 MDS:1 ADS:1 SUC:1 AAC:1 > SDS:2 EMS:3 PFT:1 FPLT:1 > DUPT:1 DUPF:1 DUPM:1 SFC:1 IDD:1 IEC:1 _:1 >
)";

inline constexpr Layout kLayout021{kText021};
inline constexpr Layout kLayout021Ref{kText021Ref};
inline constexpr Layout kLayout034{kText034};
inline constexpr Layout kLayout048{kText048};
inline constexpr Layout kLayout048Ref{kText048Ref};
inline constexpr Layout kLayout062{kText062};
inline constexpr Layout kLayout062Ref{kText062Ref};
inline constexpr Layout kLayout062Edition119{kText062, kEdits062Edition119};
inline constexpr Layout kLayout065{kText065};

/// One edition of one category.
struct Edition {
  std::uint8_t category;
  std::string_view edition;
  const Layout* layout;
  std::string_view expansion_edition;  ///< Of the reserved expansion field; empty where none is described.
  const Layout* expansion;
};

/// The editions known, the newest of each category first.
[[nodiscard]] std::span<const Edition> editions();

}  // namespace tansiq::surveillance::asterix
