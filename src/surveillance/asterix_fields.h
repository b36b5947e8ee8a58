// The fields that reports take, by category: places and scales out of the layouts, at compile time. Both directions use
// these, and nothing else knows an offset.
#pragma once

#include "surveillance/asterix_tables.h"

namespace tansiq::surveillance::asterix {

namespace c021 {
inline constexpr const Layout& kLayout = kLayout021;
inline constexpr auto kSource = kLayout.frn("010");
inline constexpr auto kDescriptor = kLayout.frn("040");
inline constexpr auto kTrack = kLayout.frn("161");
inline constexpr auto kTimePosition = kLayout.frn("071");
inline constexpr auto kPosition = kLayout.frn("130");
inline constexpr auto kPositionHigh = kLayout.frn("131");
inline constexpr auto kAddress = kLayout.frn("080");
inline constexpr auto kTimeReception = kLayout.frn("073");
inline constexpr auto kGeometric = kLayout.frn("140");
inline constexpr auto kQuality = kLayout.frn("090");
inline constexpr auto kMops = kLayout.frn("210");
inline constexpr auto kMode3A = kLayout.frn("070");
inline constexpr auto kLevel = kLayout.frn("145");
inline constexpr auto kMagnetic = kLayout.frn("152");
inline constexpr auto kStatus = kLayout.frn("200");
inline constexpr auto kClimbPressure = kLayout.frn("155");
inline constexpr auto kClimbGeometric = kLayout.frn("157");
inline constexpr auto kVector = kLayout.frn("160");
inline constexpr auto kTimeReport = kLayout.frn("077");
inline constexpr auto kIdent = kLayout.frn("170");
inline constexpr auto kEmitter = kLayout.frn("020");
inline constexpr auto kExpansion = kLayout.frn("RE");

inline constexpr auto kSac = kLayout.at("010", "SAC");
inline constexpr auto kSic = kLayout.at("010", "SIC");
inline constexpr auto kAtp = kLayout.at("040", "ATP");
inline constexpr auto kRab = kLayout.at("040", "RAB");
inline constexpr auto kGbs = kLayout.at("040", "GBS");
inline constexpr auto kSim = kLayout.at("040", "SIM");
inline constexpr auto kTst = kLayout.at("040", "TST");
inline constexpr auto kCl = kLayout.at("040", "CL");
inline constexpr auto kTrnum = kLayout.at("161", "TRNUM");
inline constexpr auto kTime = kLayout.at("071", "");
inline constexpr auto kLat = kLayout.at("130", "LAT");
inline constexpr auto kLng = kLayout.at("130", "LON");
inline constexpr auto kLatHigh = kLayout.at("131", "LAT");
inline constexpr auto kLngHigh = kLayout.at("131", "LON");
inline constexpr auto kAddressField = kLayout.at("080", "");
inline constexpr auto kHeight = kLayout.at("140", "");
inline constexpr auto kNacV = kLayout.at("090", "NUCRNACV");
inline constexpr auto kNic = kLayout.at("090", "NUCPNIC");
inline constexpr auto kSil = kLayout.at("090", "SIL");
inline constexpr auto kNacP = kLayout.at("090", "NACP");
inline constexpr auto kVersion = kLayout.at("210", "VN");
inline constexpr auto kCode = kLayout.at("070", "MODE3A");
inline constexpr auto kLevelField = kLayout.at("145", "");
inline constexpr auto kHeadingField = kLayout.at("152", "");
inline constexpr auto kPriority = kLayout.at("200", "PS");
inline constexpr auto kMilitaryEmergency = kLayout.at("200", "ME");
inline constexpr auto kSurveillance = kLayout.at("200", "SS");
inline constexpr auto kRate = kLayout.at("155", "BVR");
inline constexpr auto kRateGeometric = kLayout.at("157", "GVR");
inline constexpr auto kSpeed = kLayout.at("160", "GS");
inline constexpr auto kCourse = kLayout.at("160", "TA");
inline constexpr auto kEmitterField = kLayout.at("020", "");

// Reserved expansion field.
inline constexpr auto kSgv = kLayout021Ref.part("RE", "SGV");
inline constexpr auto kTnh = kLayout021Ref.part("RE", "TNH");
inline constexpr auto kSta = kLayout021Ref.part("RE", "STA");
inline constexpr auto kSgvHtt = kLayout021Ref.at("RE/SGV", "HTT");
inline constexpr auto kSgvHts = kLayout021Ref.at("RE/SGV", "HTS");
inline constexpr auto kSgvHrd = kLayout021Ref.at("RE/SGV", "HRD");
inline constexpr auto kSgvSpeed = kLayout021Ref.at("RE/SGV", "GSS");
inline constexpr auto kSgvAngle = kLayout021Ref.at("RE/SGV", "HGT");
inline constexpr auto kTrueHeading = kLayout021Ref.at("RE/TNH", "");
inline constexpr auto kPs3There = kLayout021Ref.at("RE/STA", "PS3.EP");
inline constexpr auto kPs3 = kLayout021Ref.at("RE/STA", "PS3.VAL");
}  // namespace c021

namespace c034 {
inline constexpr const Layout& kLayout = kLayout034;
inline constexpr auto kSource = kLayout.frn("010");
inline constexpr auto kMessage = kLayout.frn("000");
inline constexpr auto kTimeOfDay = kLayout.frn("030");
inline constexpr auto kSector = kLayout.frn("020");
inline constexpr auto kRotation = kLayout.frn("041");
inline constexpr auto kState = kLayout.frn("050");
inline constexpr auto kPlace = kLayout.frn("120");

inline constexpr auto kSectorField = kLayout.at("020", "");
inline constexpr auto kRotationField = kLayout.at("041", "");
inline constexpr auto kCommon = kLayout.part("050", "COM");
inline constexpr auto kNogo = kLayout.at("050/COM", "NOGO");
inline constexpr auto kOverloadRdp = kLayout.at("050/COM", "OVLRDP");
inline constexpr auto kOverloadXmt = kLayout.at("050/COM", "OVLXMT");
inline constexpr auto kTimeInvalid = kLayout.at("050/COM", "TSV");
inline constexpr auto kHeight = kLayout.at("120", "HGT");
inline constexpr auto kLat = kLayout.at("120", "LAT");
inline constexpr auto kLng = kLayout.at("120", "LON");
}  // namespace c034

namespace c048 {
inline constexpr const Layout& kLayout = kLayout048;
inline constexpr auto kSource = kLayout.frn("010");
inline constexpr auto kTimeOfDay = kLayout.frn("140");
inline constexpr auto kDescriptor = kLayout.frn("020");
inline constexpr auto kPolar = kLayout.frn("040");
inline constexpr auto kMode3A = kLayout.frn("070");
inline constexpr auto kLevel = kLayout.frn("090");
inline constexpr auto kAddress = kLayout.frn("220");
inline constexpr auto kIdent = kLayout.frn("240");
inline constexpr auto kTrack = kLayout.frn("161");
inline constexpr auto kPlane = kLayout.frn("042");
inline constexpr auto kVector = kLayout.frn("200");
inline constexpr auto kStatus = kLayout.frn("170");
inline constexpr auto kHeight3d = kLayout.frn("110");
inline constexpr auto kFlightStatus = kLayout.frn("230");
inline constexpr auto kExpansion = kLayout.frn("RE");

inline constexpr auto kTyp = kLayout.at("020", "TYP");
inline constexpr auto kSim = kLayout.at("020", "SIM");
inline constexpr auto kSpi = kLayout.at("020", "SPI");
inline constexpr auto kRab = kLayout.at("020", "RAB");
inline constexpr auto kTst = kLayout.at("020", "TST");
inline constexpr auto kErr = kLayout.at("020", "ERR");
inline constexpr auto kMilitaryEmergency = kLayout.at("020", "ME");
inline constexpr auto kRho = kLayout.at("040", "RHO");
inline constexpr auto kTheta = kLayout.at("040", "THETA");
inline constexpr auto kCodeInvalid = kLayout.at("070", "V");
inline constexpr auto kCodeGarbled = kLayout.at("070", "G");
inline constexpr auto kCode = kLayout.at("070", "MODE3A");
inline constexpr auto kLevelInvalid = kLayout.at("090", "V");
inline constexpr auto kLevelGarbled = kLayout.at("090", "G");
inline constexpr auto kLevelField = kLayout.at("090", "FL");
inline constexpr auto kAddressField = kLayout.at("220", "");
inline constexpr auto kTrn = kLayout.at("161", "TRN");
inline constexpr auto kX = kLayout.at("042", "X");
inline constexpr auto kY = kLayout.at("042", "Y");
inline constexpr auto kSpeed = kLayout.at("200", "GSP");
inline constexpr auto kCourse = kLayout.at("200", "HDG");
inline constexpr auto kTentative = kLayout.at("170", "CNF");
inline constexpr auto kEnd = kLayout.at("170", "TRE");
inline constexpr auto kGhost = kLayout.at("170", "GHO");
inline constexpr auto kHeight = kLayout.at("110", "3DH");
inline constexpr auto kStat = kLayout.at("230", "STAT");

inline constexpr auto kRefErr = kLayout048Ref.part("RE", "ERR");
inline constexpr auto kExtendedRange = kLayout048Ref.at("RE/ERR", "");
}  // namespace c048

namespace c062 {
inline constexpr const Layout& kLayout = kLayout062;
inline constexpr auto kSource = kLayout.frn("010");
inline constexpr auto kTimeOfDay = kLayout.frn("070");
inline constexpr auto kPosition = kLayout.frn("105");
inline constexpr auto kPlane = kLayout.frn("100");
inline constexpr auto kVelocity = kLayout.frn("185");
inline constexpr auto kMode3A = kLayout.frn("060");
inline constexpr auto kIdent = kLayout.frn("245");
inline constexpr auto kAircraft = kLayout.frn("380");
inline constexpr auto kTrack = kLayout.frn("040");
inline constexpr auto kStatus = kLayout.frn("080");
inline constexpr auto kMeasuredLevel = kLayout.frn("136");
inline constexpr auto kGeometric = kLayout.frn("130");
inline constexpr auto kCalculatedLevel = kLayout.frn("135");
inline constexpr auto kClimb = kLayout.frn("220");
inline constexpr auto kPlan = kLayout.frn("390");
inline constexpr auto kAccuracy = kLayout.frn("500");
inline constexpr auto kExpansion = kLayout.frn("RE");

inline constexpr auto kLat = kLayout.at("105", "LAT");
inline constexpr auto kLng = kLayout.at("105", "LON");
inline constexpr auto kX = kLayout.at("100", "X");
inline constexpr auto kY = kLayout.at("100", "Y");
inline constexpr auto kVx = kLayout.at("185", "VX");
inline constexpr auto kVy = kLayout.at("185", "VY");
inline constexpr auto kCodeInvalid = kLayout.at("060", "V");
inline constexpr auto kCodeGarbled = kLayout.at("060", "G");
inline constexpr auto kCode = kLayout.at("060", "MODE3A");
inline constexpr auto kTrackNumber = kLayout.at("040", "");
inline constexpr auto kSpi = kLayout.at("080", "SPI");
inline constexpr auto kTentative = kLayout.at("080", "CNF");
inline constexpr auto kSim = kLayout.at("080", "SIM");
inline constexpr auto kEnd = kLayout.at("080", "TSE");
inline constexpr auto kMilitaryEmergency = kLayout.at("080", "ME");
inline constexpr auto kCoasting = kLayout.at("080", "CST");
inline constexpr auto kEms = kLayout.at("080", "EMS");
inline constexpr auto kSurface = kLayout.at("080", "SFC");
inline constexpr auto kLevelField = kLayout.at("136", "");
inline constexpr auto kHeight = kLayout.at("130", "");
inline constexpr auto kQnh = kLayout.at("135", "QNH");
inline constexpr auto kBarometric = kLayout.at("135", "CTB");
inline constexpr auto kRate = kLayout.at("220", "");
inline constexpr auto kCharacters = kLayout.at("245", "CHR");
inline constexpr auto kSti = kLayout.at("245", "STI");
inline constexpr auto kAdr = kLayout.part("380", "ADR");
inline constexpr auto kAdrField = kLayout.at("380/ADR", "");
inline constexpr auto kId = kLayout.part("380", "ID");
inline constexpr auto kMhg = kLayout.part("380", "MHG");
inline constexpr auto kMhgField = kLayout.at("380/MHG", "");
inline constexpr auto kCom = kLayout.part("380", "COM");
inline constexpr auto kComStat = kLayout.at("380/COM", "STAT");
inline constexpr auto kSab = kLayout.part("380", "SAB");
inline constexpr auto kSabGround = kLayout.at("380/SAB", "GBS");
inline constexpr auto kSabStat = kLayout.at("380/SAB", "STAT");
inline constexpr auto kEmc = kLayout.part("380", "EMC");
inline constexpr auto kEmcField = kLayout.at("380/EMC", "");
inline constexpr auto kApc = kLayout.part("500", "APC");
inline constexpr auto kApcX = kLayout.at("500/APC", "X");
inline constexpr auto kApcY = kLayout.at("500/APC", "Y");
inline constexpr auto kPlanCallSign = kLayout.part("390", "CS");

inline constexpr auto kRefV3 = kLayout062Ref.part("RE", "V3");
inline constexpr auto kRefPs3 = kLayout062Ref.part("RE/V3", "PS3");
inline constexpr auto kPs3There = kLayout062Ref.at("RE/V3/PS3", "EP");
inline constexpr auto kPs3 = kLayout062Ref.at("RE/V3/PS3", "VAL");
}  // namespace c062

namespace c065 {
inline constexpr const Layout& kLayout = kLayout065;
inline constexpr auto kSource = kLayout.frn("010");
inline constexpr auto kMessage = kLayout.frn("000");
inline constexpr auto kTimeOfDay = kLayout.frn("030");
inline constexpr auto kBatch = kLayout.frn("020");
inline constexpr auto kState = kLayout.frn("040");
inline constexpr auto kServiceStatus = kLayout.frn("050");
inline constexpr auto kNogo = kLayout.at("040", "NOGO");
inline constexpr auto kOverload = kLayout.at("040", "OVL");
inline constexpr auto kTimeInvalid = kLayout.at("040", "TSV");
}  // namespace c065

}  // namespace tansiq::surveillance::asterix
