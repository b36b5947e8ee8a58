#include "cli/levant_steps.h"

#include "base/invariant.h"

namespace tansiq::cli {
namespace {

constexpr std::array<LevantStep, kLevantSteps> kSteps{{
    {{"مجمَّدة، لكن على علم", "Frozen, but informed", "Gelé, mais informé", "Заморожено, но в курсе"},
     {"وقّعت أربع جهات ميثاقًا واحدًا، ولكل منها عقدتها ومفتاحها وضباطها. تجمّد فرنسا (fr) كل اتصال بروسيا (ru) إلا "
      "التقارير؛ وما تتطلبه السلامة يمر رغم ذلك.",
      "Four authorities have signed one charter, each with a node, a key and officers of its own. France (fr) freezes "
      "every contact with Russia (ru) but reports; what safety needs passes all the same.",
      "Quatre autorités, chacune avec son nœud, sa clé et ses officiers, ont signé une même charte. La France (fr) "
      "gèle "
      "tout contact avec la Russie (ru), sauf les comptes rendus ; ce que la sécurité exige passe quand même.",
      "Четыре стороны подписали одну хартию; у каждой свой узел, свой ключ и свои офицеры. Франция (fr) замораживает "
      "все контакты с Россией (ru), кроме донесений; то, что нужно для безопасности, проходит всё равно."}},
    {{"لمن هي؟", "Whose is it?", "À qui est-ce ?", "Чьё это?"},
     {"مقاتلة مجهولة بجانب طائرة حكومية روسية. تسأل ru كلًّا من fr وch لمن هي، عبر كل ما هو مجمَّد، والجوابان محفوظان "
      "قبل أن يحتج أحد.",
      "A fighter that nobody has named is beside a Russian government aircraft. ru asks fr and ch whose it is, through "
      "all that is frozen; both answers are on record before anybody protests.",
      "Un chasseur inconnu vole à côté d’un avion gouvernemental russe. ru demande à fr et à ch à qui il est, à "
      "travers "
      "tout ce qui est gelé ; les deux réponses sont consignées avant que quiconque proteste.",
      "Рядом с российским правительственным бортом истребитель, которого никто не назвал. ru спрашивает fr и ch, чей "
      "он, сквозь всё замороженное; оба ответа записаны раньше, чем кто-либо заявит протест."}},
    {{"حاملة الطائرات تبحر: حليف، إلا فيما حُجب", "The carrier sails: ally, less what is withheld",
      "Le porte-avions appareille : allié, moins ce qui est retenu", "Авианосец выходит: союзник, кроме удержанного"},
     {"تتفق fr وru على التحالف في البحر، دون المسارات، وبمفتاحين. والمجال الذي تحتاجه مجموعة الحاملة يتحرك معها، بحسب "
      "ما تسمعه أجهزة الاستقبال.",
      "fr and ru become allies at sea by two keys, less tracks. The space that the carrier group needs moves with the "
      "ship, as receivers hear her.",
      "fr et ru deviennent alliés en mer, par deux clés, moins les pistes. L’espace dont le groupe aéronaval a besoin "
      "se "
      "déplace avec le navire, tel que les récepteurs l’entendent.",
      "fr и ru двумя ключами становятся союзниками на море, кроме треков. Пространство, нужное авианосной группе, "
      "движется вместе с кораблём, как его слышат приёмники."}},
    {{"المكالمة: القادة يتحدثون والوزارات لا", "The call: chiefs talk, ministries do not",
      "L’appel : les chefs se parlent, pas les ministères", "Звонок: начальники говорят, министерства нет"},
     {"يعود رؤساء الأركان إلى التحادث؛ أما الوزارات فتبقى مجمَّدة. ويدوّن كل طرف ما قيل في قيد موقَّع منه.",
      "Chiefs of staff may talk again; ministries stay frozen. Each side writes down what was said, in an entry that "
      "it "
      "signs itself.",
      "Les chefs d’état-major peuvent se reparler ; les ministères restent gelés. Chaque côté consigne ce qui a été "
      "dit "
      "dans une entrée qu’il signe lui-même.",
      "Начальники штабов снова могут говорить; министерства остаются заморожены. Каждая сторона записывает сказанное "
      "в запись, которую подписывает сама."}},
    {{"الممرات: رحلات فرنسية عبر مالكَين", "Corridors: French flights through the zones of two owners",
      "Corridors : des vols français par les zones de deux propriétaires",
      "Коридоры: французские рейсы через зоны двух владельцев"},
     {"تُقدَّم رحلات fr عبر us، لأن fr وru لا تتعاملان في الجو. كل مالك يقرر في ممره: رحلة تؤكَّد، وأخرى في طريقها "
      "يُعرض عليها مستوى آخر.",
      "Flights of fr are filed through us, since fr and ru have nothing open in the air. Each owner decides in its own "
      "corridor: one flight is confirmed, another is in its way and is offered another level.",
      "Les vols de fr sont déposés par us, car fr et ru n’ont rien d’ouvert dans les airs. Chaque propriétaire décide "
      "dans son corridor : un vol est confirmé, un autre le gêne et se voit proposer un autre niveau.",
      "Рейсы fr подаются через us: в воздухе у fr и ru ничего не открыто. Каждый владелец решает в своём коридоре: "
      "один "
      "рейс подтверждён, другому, который ему мешает, предложен другой эшелон."}},
    {{"انحراف: ما يُسمع مقابل ما اتُّفق عليه", "Deviation: what receivers hear, against what was agreed",
      "Écart : ce qu’on entend, contre ce qui était convenu", "Отклонение: что слышно и что было согласовано"},
     {"تخرج MIRAGE3 من ممرها حول عاصفة، وتتأخر REACH7 في ممرها، وتدخل K3 طائرة لا يعرفها أحد. تُنذَر us بكل ذلك، "
      "وتسأل لمن الطائرة المجهولة.",
      "MIRAGE3 leaves its corridor around a thunderstorm, REACH7 is late in it, and a craft that nobody knows flies "
      "into "
      "K3. us is warned of each, and asks whose the unknown craft is.",
      "MIRAGE3 quitte son corridor pour contourner un orage, REACH7 s’y attarde, et un appareil inconnu entre dans K3. "
      "us est avertie de chacun, et demande à qui est l’inconnu.",
      "MIRAGE3 выходит из коридора, обходя грозу, REACH7 в нём задерживается, а в K3 входит неизвестный борт. us "
      "предупреждена о каждом и спрашивает, чей неизвестный."}},
    {{"الخط مقطوع عشر دقائق والحركة جارية", "The line is cut, for ten minutes, in traffic",
      "La ligne est coupée dix minutes, en plein trafic", "Линия оборвана на десять минут, при движении"},
     {"ينقطع الخط بين us وru ورحلة MIRAGE1 في الجو. يمضي كل منهما وحده في ممراته، وما أُكّد يبقى مؤكدًا، وما انتظر "
      "يُبتّ فيه عند عودة الخط.",
      "The line between us and ru drops while MIRAGE1 is in the air. Each goes on alone in its own corridors, what was "
      "confirmed stays confirmed, and what waited is decided when the line is back.",
      "La ligne entre us et ru tombe pendant que MIRAGE1 est en vol. Chacune continue seule dans ses corridors, ce qui "
      "était confirmé le reste, et ce qui attendait est tranché au retour de la ligne.",
      "Линия между us и ru пропадает, пока MIRAGE1 в воздухе. Каждая работает одна в своих коридорах, подтверждённое "
      "остаётся подтверждённым, а ожидавшее решается, когда линия вернулась."}},
    {{"خط أحمر لا يخص أحدًا غيرها", "A red line, and nobody else's business",
      "Une ligne rouge, qui ne regarde personne d’autre", "Красная линия, которая больше никого не касается"},
     {"لدى fr تحفّظ: ألّا تكون أبدًا بقرب طائرات سوريا (sy). تحفظه us لديها، وتُخبَر fr وحدها بما يقترب أكثر مما ينبغي، "
      "قبل أن تُجاز رحلتها.",
      "fr has a caveat: never near aircraft of Syria (sy). It is deposited with us; fr alone is told what comes too "
      "near, before its own flight is cleared.",
      "fr a une réserve : jamais près d’appareils de la Syrie (sy). Elle est déposée auprès de us ; seule fr apprend "
      "ce "
      "qui vient trop près, avant que son vol soit autorisé.",
      "У fr есть оговорка: никогда рядом с бортами Сирии (sy). Она оставлена на хранение у us; только fr узнаёт, что "
      "подходит слишком близко, прежде чем её рейс получит разрешение."}},
    {{"اقتراب خطير", "A near miss", "Une quasi-collision", "Опасное сближение"},
     {"تتقارب طائرتان على مستوى واحد، RFF9 الروسية وREACH9 الأمريكية. تُنذَر us وru كل منهما بأجهزتها، وتُرسَل «قف»، "
      "وتصبح الواقعة حادثة يقول فيها كل طرف قوله.",
      "Two aircraft converge at one level, RFF9 of ru and REACH9 of us. us and ru are each warned by receivers of "
      "their "
      "own, a STOP is sent, and it becomes an incident of which each side says what it has to say.",
      "Deux appareils convergent au même niveau, RFF9 de ru et REACH9 de us. us et ru sont averties chacune par ses "
      "récepteurs, un STOP part, et cela devient un incident où chaque côté dit ce qu’il a à dire.",
      "Два борта сходятся на одном эшелоне: RFF9 (ru) и REACH9 (us). us и ru предупреждены каждая своими приёмниками, "
      "передан СТОП, и это становится инцидентом, о котором каждая сторона говорит своё."}},
    {{"الائتلاف يتوسّع", "The coalition grows", "La coalition s’agrandit", "Коалиция растёт"},
     {"تنضم de وuk بنسخة جديدة من الميثاق، نافذة عند الجميع في لحظة واحدة، ثم تُخرَج uk. القادم يعرف ما يحق له وحده، "
      "ومن خرج لا يُقال له شيء بعدها.",
      "de and uk join by a new version of the charter, in force everywhere at one moment; then uk is removed. Who is "
      "new "
      "learns what it may, and who has left is told nothing more.",
      "de et uk rejoignent par une nouvelle version de la charte, en vigueur partout au même instant ; puis uk est "
      "retirée. Qui arrive apprend ce qu’il peut savoir, et à qui est parti on ne dit plus rien.",
      "de и uk вступают по новой версии хартии, которая всюду вступает в силу в один момент; затем uk исключена. "
      "Новый узнаёт то, что ему положено, ушедшему больше ничего не сообщают."}},
    {{"الإثبات", "Proof", "La preuve", "Доказательство"},
     {"يُعطى شخص بلا عقدة ملفًا واحدًا عن الحادثة. يتحقق ممن قال ماذا ومتى، ويجد بايتًا واحدًا غُيّر، ويعيد بناء "
      "الصورة الجوية مما سُجّل.",
      "Somebody without a node is given one file about the near miss. He verifies who said what and when, finds one "
      "changed byte, and makes the picture anew from what was recorded.",
      "Quelqu’un qui n’a pas de nœud reçoit un seul fichier sur l’incident. Il vérifie qui a dit quoi et quand, trouve "
      "un octet modifié, et refait l’image aérienne à partir de ce qui a été enregistré.",
      "Человек без узла получает один файл об опасном сближении. Он проверяет, кто, что и когда сказал, находит один "
      "изменённый байт и заново строит картину обстановки по записанному."}},
}};

}  // namespace

const LevantStep& levant_step(std::size_t number) {
  EXPECT_INVARIANT(number >= 1 && number <= kSteps.size());
  return kSteps.at(number - 1);
}

}  // namespace tansiq::cli
