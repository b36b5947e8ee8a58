#include "log/bundle_words.h"

#include <algorithm>

namespace tansiq::log {
namespace {

using bundle_detail::kPhrases;

// In the order of `Language`.
using Sentence = std::array<std::string_view, kLanguages>;
constexpr std::array<std::string_view, kLanguages> kNames{"ar", "en", "fr", "ru"};

// In the order of `Phrase`.
constexpr std::array<Sentence, kPhrases> kSentences{{
    {"ما ثبت بالدليل", "PROVED", "PROUVÉ", "ДОКАЗАНО"},
    {"ما لم يثبت", "NOT PROVED", "NON PROUVÉ", "НЕ ДОКАЗАНО"},
    {"ما هو غير صحيح", "WRONG", "FAUX", "НЕВЕРНО"},
    {"الميثاق {0}، النسخة {1}، بصمته SHA-256 هي {2}. وقّعه: {3}.",
     "Charter {0}, version {1}, SHA-256 {2}. Signed by: {3}.",
     "Charte {0}, version {1}, SHA-256 {2}. Signée par : {3}.", "Хартия {0}, версия {1}, SHA-256 {2}. Подписали: {3}."},
    {"السجل {0} الخاص بـ {1}. المفاتيح الموقِّعة: {2}.", "Log {0}, of {1}. Signed with the keys: {2}.",
     "Journal {0}, de {1}. Signé avec les clés : {2}.", "Журнал {0}, ведёт {1}. Подписан ключами: {2}."},
    {"عدد القيود الموجودة هنا: {0}. "
     "عدد قيود السجل الموقَّع: {1}.",
     "Entries here: {0}. Entries of the signed log: {1}.",
     "Inscriptions présentes : {0}. Inscriptions du journal signé : {1}.",
     "Записей здесь: {0}. Записей в подписанном журнале: {1}."},
    {"لم يُحذف شيء بين القيد {0} والقيد {1}.", "Between entry {0} and entry {1} nothing is left out.",
     "Entre l’inscription {0} et l’inscription {1}, rien n’a été omis.",
     "Между записью {0} и записью {1} ничего не пропущено."},
    {"القيد {0}، النوع: {1}، بصمته: {2}", "Entry {0}, type {1}, hash {2}", "Inscription {0}, type {1}, empreinte {2}",
     "Запись {0}, тип {1}, хеш {2}"},
    {"نصّه: {0}", "It says: {0}", "Elle dit : {0}", "В ней сказано: {0}"},
    {"كان مسجَّلاً في موعد لا يتجاوز {0}: وقّع {1} بأنه رآه (المفتاح {2}).",
     "It stood there no later than {0}: {1} has signed that it had seen it (key {2}).",
     "Elle y figurait au plus tard le {0} : {1} a signé l’avoir vue (clé {2}).",
     "Она была там не позднее {0}: {1} подписью подтверждает, что видел её (ключ {2})."},
    {"كان مسجَّلاً في موعد لا يتجاوز {0}: يقول {1} ذلك في سجله ({2}، القيد {3}).",
     "It stood there no later than {0}: {1} says so in a log of its own ({2}, entry {3}).",
     "Elle y figurait au plus tard le {0} : {1} le dit dans son propre journal ({2}, inscription {3}).",
     "Она была там не позднее {0}: {1} говорит об этом в своём журнале ({2}, запись {3})."},
    {"حين كُتب كان كاتبه قد قرأ من السجل {0} هذا العدد من القيود: {1} (كما ورد في القيد {2}).",
     "When it was written, its author had read this many entries of {0}: {1} (said in entry {2}).",
     "Quand elle a été écrite, son auteur avait lu de {0} ce nombre d’inscriptions : {1} (dit dans "
     "l’inscription {2}).",
     "Когда она была сделана, её автор прочёл из журнала {0} столько записей: {1} (сказано в записи {2})."},
    {"الوقت الذي يذكره كاتبه: {0}. هذا قوله هو.", "The time that its author gives: {0}. That is the author’s word.",
     "L’heure que donne son auteur : {0}. C’est la parole de l’auteur.",
     "Время, которое указал её автор: {0}. Это слово автора."},
    {"المرفق {0}: عدد البايتات {1}، بصمته SHA-256 هي {2}؛ لم يتغيّر.",
     "Attachment {0}: {1} bytes, SHA-256 {2}; unchanged.", "Pièce jointe {0} : {1} octets, SHA-256 {2} ; inchangée.",
     "Приложение {0}: байтов {1}, SHA-256 {2}; не изменено."},
    {"يذكره القيد {0} من السجل {1}.", "Named by entry {0} of {1}.", "Citée par l’inscription {0} de {1}.",
     "Названо в записи {0} журнала {1}."},
    {"عدد القيود غير المعروضة هنا: {0}؛ الخيار {1} يعرضها.", "Entries not listed here: {0}; {1} lists them.",
     "Inscriptions non affichées : {0} ; {1} les affiche.", "Не показано записей: {0}; их покажет {1}."},
    {"المفاتيح هي التي "
     "قدّمتها أنت.",
     "The keys are those that you gave.", "Les clés sont celles que vous avez données.",
     "Ключи — те, которые дали вы."},
    {"لا شيء: لا يوجد هنا أي قيد ثابت.", "Nothing: no entry here is proved.",
     "Rien : aucune inscription n’est prouvée ici.", "Ничего: здесь нет ни одной доказанной записи."},
    {"لمن تعود المفاتيح: إنها المفاتيح التي تسمّيها الحزمة نفسها. قدّم مفاتيح أو ميثاقاً حصلت عليه من مصدر آخر ({0}).",
     "Whose the keys are: they are those that the bundle itself names. Give keys, or a charter, that you have from "
     "elsewhere ({0}).",
     "À qui sont les clés : ce sont celles que le dossier nomme lui-même. Donnez des clés, ou une charte, obtenues "
     "d’une autre source ({0}).",
     "Чьи это ключи: их называет сам пакет. Дайте ключи или хартию, полученные из другого источника ({0})."},
    {"أن ما قيل صحيح: الثابت هو من قاله، لا صحة ما قال.",
     "That what is said is true: proved is who said it, not that it is so.",
     "Que ce qui est dit est vrai : on prouve qui l’a dit, non que cela est.",
     "Что сказанное верно: доказано, кто это сказал, а не что это так."},
    {"الأوقات: كل وقت هو قول الجهة التي تذكره، بحسب ساعتها.",
     "Times: each is the word of the authority that gives it, by its own clock.",
     "Les heures : chacune est la parole de l’autorité qui la donne, selon sa propre horloge.",
     "Время: каждое указано по часам той стороны, которая его называет, и остаётся её словом."},
    {"أنه لم يُقل شيء آخر: قد يوجد المزيد خارج القيود المعروضة، وفي سجلات أخرى.",
     "That nothing else was said: outside the entries shown, and in other logs, there may be more.",
     "Que rien d’autre n’a été dit : hors des inscriptions présentées, et dans d’autres journaux, il peut y en avoir.",
     "Что больше ничего не было сказано: вне показанных записей и в других журналах может быть и другое."},
    {"قيود من السجل {0} لم توقّع أي جهة أخرى بأنها رأتها: العدد {1}، أولها القيد {2}. وقت كتابتها قول كاتبها وحده.",
     "Entries of {0} of which no other authority shows here that it saw them: {1}, the first is entry {2}. When they "
     "were written is their author’s word alone.",
     "Inscriptions de {0} dont aucune autre autorité ne montre ici qu’elle les a vues : {1}, la première est "
     "l’inscription {2}. Leur date n’est que la parole de leur auteur.",
     "Записей журнала {0}, о которых ни одна другая сторона здесь не подтверждает, что видела их: {1}, первая — "
     "запись {2}. Когда они сделаны, известно только со слов автора."},
    {"المرفق {0}: لا يذكره هنا أي قيد ثابت، فلا شيء يدل على مصدره.",
     "Attachment {0}: no proved entry here names it, so nothing tells where it comes from.",
     "Pièce jointe {0} : aucune inscription prouvée ici ne la cite ; rien ne dit d’où elle vient.",
     "Приложение {0}: ни одна доказанная запись здесь его не называет; откуда оно, ничто не говорит."},
    {"ما يقوله السجل {0} عن السجل {1} لا يمكن مقارنته هنا. عدد المواضع: {2}.",
     "What {0} says it had read of {1} cannot be compared here. Places: {2}.",
     "Ce que {0} dit avoir lu de {1} ne peut être comparé ici. Endroits : {2}.",
     "То, что журнал {0} говорит о прочитанном из {1}, здесь не с чем сравнить. Мест: {2}."},
    {"متى أُعدّت هذه الحزمة: تقول إنها أُعدّت في {0}، وهذا قول من أعدّها.",
     "When this bundle was made: it says {0}, which is its maker’s word.",
     "Quand ce dossier a été fait : il dit {0}, ce qui est la parole de qui l’a fait.",
     "Когда сделан этот пакет: в нём сказано {0}, и это слово того, кто его сделал."},
    {"{0}، القيد {1}", "{0}, entry {1}", "{0}, inscription {1}", "{0}, запись {1}"},
    {"البايتات من {0} إلى {1} من الملف", "bytes {0} to {1} of the file", "octets {0} à {1} du fichier",
     "байты файла с {0} по {1}"},
    {"وأشياء أخرى، عددها: {0}", "and more, in number: {0}", "et d’autres, au nombre de : {0}", "и ещё, числом: {0}"},
    {"النتيجة: كل ما في هذه الحزمة متوافق، وموقَّع بالمفاتيح التي قدّمتها.",
     "RESULT: all that is in this bundle fits together, and is signed with keys that you gave.",
     "RÉSULTAT : tout ce que contient ce dossier concorde, et est signé avec des clés que vous avez données.",
     "ИТОГ: всё в этом пакете согласуется и подписано ключами, которые дали вы."},
    {"النتيجة: كل ما في هذه الحزمة متوافق، لكنها لا تستطيع إثبات لمن تعود المفاتيح.",
     "RESULT: all that is in this bundle fits together; whose the keys are it cannot prove.",
     "RÉSULTAT : tout ce que contient ce dossier concorde ; à qui sont les clés, il ne peut le prouver.",
     "ИТОГ: всё в этом пакете согласуется; чьи это ключи, он доказать не может."},
    {"النتيجة: هذه الحزمة غير سليمة. عدد الأخطاء: {0}. لا يُعتمد على شيء منها حتى يُعرف السبب.",
     "RESULT: this bundle is NOT sound. Things wrong: {0}. Rely on nothing in it until that is explained.",
     "RÉSULTAT : ce dossier n’est PAS intact. Erreurs : {0}. Ne vous fiez à rien de ce qu’il contient avant "
     "explication.",
     "ИТОГ: этот пакет НЕ исправен. Ошибок: {0}. Не полагайтесь ни на что в нём, пока это не объяснено."},
    {"النسخة {0} من الميثاق تلي النسخة {1} وفق قواعده: وقّعها كل من يعنيه التغيير: {2}.",
     "Version {0} of the charter follows version {1} as its rules say: all whom the change concerns have signed it: "
     "{2}.",
     "La version {0} de la charte suit la version {1} selon ses règles : tous ceux que le changement concerne l’ont "
     "signée : {2}.",
     "Версия {0} хартии следует за версией {1} по её правилам: её подписали все, кого касается изменение: {2}."},
    {"النسخة {0} تُعدّ مقدَّمة منك: فهي تلي نسخة قدّمتها أنت.",
     "Version {0} counts as given: it follows from one that you gave.",
     "La version {0} compte comme donnée : elle découle d’une version que vous avez donnée.",
     "Версия {0} считается данной вами: она следует из версии, которую дали вы."},
    {"أن النسخة {0} من الميثاق تلي النسخة {1}: يلزم توقيع {2}، وليس هنا.",
     "That version {0} of the charter follows version {1}: it needs a signature of {2} that is not there.",
     "Que la version {0} de la charte suit la version {1} : il y faut une signature de {2}, qui manque.",
     "Что версия {0} хартии следует за версией {1}: для этого нужна подпись {2}, а её нет."},
    {"أن النسخة {0} من الميثاق تلي النسخة {1}: {2}", "That version {0} of the charter follows version {1}: {2}",
     "Que la version {0} de la charte suit la version {1} : {2}", "Что версия {0} хартии следует за версией {1}: {2}"},
    {"أن النسخة {0} من الميثاق تلي التي قبلها: تلك ليست هنا.",
     "That version {0} of the charter follows the one before it: that one is not here.",
     "Que la version {0} de la charte suit la précédente : celle-ci n’est pas ici.",
     "Что версия {0} хартии следует за предыдущей: её здесь нет."},
}};

// In the order of `BundleFault`.
constexpr std::array<Sentence, kBundleFaults> kFaults{{
    {"السطر الأول ليس سطر حزمة أدلة، أو تغيّر", "the first line is not that of an evidence bundle, or was changed",
     "la première ligne n’est pas celle d’un dossier de preuves, ou a été modifiée",
     "первая строка — не от пакета доказательств, или её изменили"},
    {"قائمة المحتويات تغيّرت أو تلفت", "the list of contents was changed or is damaged",
     "la liste du contenu a été modifiée ou est abîmée", "список содержимого изменён или повреждён"},
    {"الملف ينتهي قبل أوانه", "the file ends early", "le fichier se termine trop tôt", "файл обрывается"},
    {"بعد نهاية الحزمة بايتات زائدة", "something follows the end of the bundle", "quelque chose suit la fin du dossier",
     "за концом пакета есть что-то ещё"},
    {"محتوى هذا القسم تغيّر: بصمته لا تطابق", "the content of this section was changed: its hash does not fit",
     "le contenu de cette section a été modifié : son empreinte ne correspond pas",
     "содержимое этого раздела изменено: его хеш не совпадает"},
    {"سطر ليس على الشكل المطلوب", "a line does not have the form that it should",
     "une ligne n’a pas la forme qu’elle devrait avoir", "строка имеет не ту форму, которая нужна"},
    {"هذا ليس ميثاقاً موقَّعاً توقيعاً صحيحاً", "this is not a charter that was rightly signed",
     "ceci n’est pas une charte dûment signée", "это не хартия, подписанная должным образом"},
    {"الميثاق الذي قدّمته ليس في الحزمة", "the charter that you gave is not the one in the bundle",
     "la charte que vous avez donnée n’est pas celle du dossier", "хартия, которую дали вы, не та, что в пакете"},
    {"توقيع السجل غير صحيح، أو ليس من صاحبه", "the log’s signature fails, or is not its author’s",
     "la signature du journal est fausse, ou n’est pas de son auteur",
     "подпись журнала неверна или сделана не его автором"},
    {"لم يثبت أن السجل لم يفعل إلا أن كبر", "it is not proved that the log has only grown",
     "il n’est pas prouvé que le journal n’a fait que croître", "не доказано, что журнал только рос"},
    {"سجلان مختلفان تحت اسم واحد: روايتان", "two different logs under one name: two histories",
     "deux journaux différents sous un même nom : deux histoires", "два разных журнала под одним именем: две истории"},
    {"لم يثبت أن هذا القيد في السجل", "it is not proved that this entry stands in the log",
     "il n’est pas prouvé que cette inscription figure dans le journal", "не доказано, что эта запись стоит в журнале"},
    {"القيد ليس على شكل قيد", "the entry does not have the form of an entry",
     "l’inscription n’a pas la forme d’une inscription", "запись не имеет формы записи"},
    {"هذا السجل غير موقَّع بأي مفتاح قدّمته", "none of the keys that you gave has signed this log",
     "aucune des clés que vous avez données n’a signé ce journal",
     "этот журнал не подписан ни одним из ключей, которые дали вы"},
}};

constexpr bool complete(const auto& table) {
  return std::ranges::all_of(table, [](const Sentence& sentence) {
    return std::ranges::none_of(sentence, [](std::string_view words) { return words.empty(); });
  });
}
static_assert(complete(kSentences) && complete(kFaults));

}  // namespace

std::optional<Language> parse_language(std::string_view text) {
  const auto found = std::ranges::find(kNames, text);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Language>(found - kNames.begin());
}

namespace bundle_detail {

std::string_view words(Phrase phrase, Language language) {
  return kSentences[static_cast<std::size_t>(phrase)][static_cast<std::size_t>(language)];
}

std::string_view words(BundleFault fault, Language language) {
  return kFaults[static_cast<std::size_t>(fault)][static_cast<std::size_t>(language)];
}

}  // namespace bundle_detail
}  // namespace tansiq::log
