"""Words about times in the six languages that the bot speaks, as data: days, parts of the day, lengths, joints.

All in lower case, with straight apostrophes. Words of one entry are separated by "|" where they hold spaces, else by
spaces. A new language adds its words here; the parsers beside this module do not change.
"""

from __future__ import annotations

from typing import Final

# Monday first. Cases and plurals as they follow "until" and "on".
WEEKDAYS: Final = (
    (
        "mon monday mondays пн пон щопонеділка понедельник понедельника понедельнику понедельникам понеділок "
        "понеділка понеділкам mo montag montags lun lundi lundis lunes"
    ),
    (
        "tue tues tuesday tuesdays вт щовівторка вторник вторника вторнику вторникам вівторок вівторка "
        "вівторкам di dienstag dienstags mar mardi mardis martes"
    ),
    (
        "wed wednesday wednesdays ср щосереди среда среду среды средам середа середу середи середам mi "
        "mittwoch mittwochs mer mercredi mercredis mié mie miércoles miercoles"
    ),
    (
        "thu thur thurs thursday thursdays чт щочетверга четверг четверга четвергу четвергам четвер четверга "
        "четвергам do donnerstag donnerstags jeu jeudi jeudis jue jueves"
    ),
    (
        "fri friday fridays пт щоп'ятниці пятница пятницу пятницы пятницам п'ятниця п'ятницю п'ятниці "
        "п'ятницям fr freitag freitags ven vendredi vendredis vie viernes"
    ),
    (
        "sat saturday saturdays сб щосуботи суббота субботу субботы субботам субота суботу суботи суботам sa "
        "samstag samstags sonnabend sonnabends sam samedi samedis sáb sab sábado sabado sábados sabados"
    ),
    (
        "sun sunday sundays вс щонеділі воскресенье воскресенья воскресеньям нд неділя неділю неділі неділям "
        "so sonntag sonntags dim dimanche dimanches dom domingo domingos"
    ),
)
DAY_GROUPS: Final = {
    "0,1,2,3,4": "weekdays|on weekdays|workdays|working days|по будням|будни|в будни|будние дни|по буднях|будні|"
    "у будні|"
    "werktags|wochentags|unter der woche|en semaine|jours ouvrables|entre semana|días laborables|laborables",
    "5,6": "weekends|weekend|at the weekend|on weekends|по выходным|выходные|в выходные|на выходных|вихідні|у вихідні|"
    "на вихідних|am wochenende|wochenende|wochenends|le week-end|week-end|le weekend|fin de semana|"
    "los fines de semana|fines de semana",
    "": "every day|daily|each day|каждый день|ежедневно|щодня|кожного дня|кожен день|jeden tag|täglich|taeglich|"
    "tous les jours|chaque jour|quotidien|todos los días|todos los dias|cada día|cada dia|diario|diariamente|a diario|"
    "every night|nightly|каждую ночь|щоночі|jede nacht|chaque nuit|toutes les nuits|cada noche|todas las noches",
}
HOURLY: Final = (
    "hourly|every hour|each hour|каждый час|ежечасно|щогодини|щогодинно|кожну годину|stündlich|stuendlich|jede stunde|"
    "toutes les heures|chaque heure|cada hora|todas las horas"
)
WEEKLY: Final = (
    "weekly|every week|еженедельно|каждую неделю|раз в неделю|щотижня|раз на тиждень|wöchentlich|woechentlich|"
    "jede woche|toutes les semaines|chaque semaine|hebdomadaire|semanal|semanalmente|cada semana"
)
EVERY: Final = (
    "every each каждый каждую каждое кожен кожну кожної кожного jeden jede jedes chaque tous toutes cada todos"
)
OFF: Final = (
    "off|none|no|never|disable|выкл|выключить|отключить|нет|не надо|вимк|вимкнути|ні|не треба|aus|ausschalten|nein|"
    "keine|désactiver|aucun|aucune|non|desactivar|apagar|ninguno|ninguna"
)

AT_NIGHT: Final = (
    "at night|nights|night|overnight|during the night|in the night|ночью|по ночам|на ночь|вночі|уночі|по ночах|"
    "на ніч|nachts|in der nacht|über nacht|la nuit|de nuit|pendant la nuit|por la noche|de noche|durante la noche"
)
NOON: Final = "noon|midday|полдень|в полдень|полудень|опівдні|mittag|mittags|midi|mediodía|mediodia"
MIDNIGHT: Final = "midnight|полночь|в полночь|полуночи|опівночі|північ|півночі|mitternacht|minuit|medianoche"

# What follows an hour: of which half of the day it is.
MORNING: Final = "am|in the morning|утра|ранку|ранку|morgens|früh|vormittags|du matin|de la mañana|de la madrugada"
AFTERNOON: Final = (
    "pm|in the afternoon|in the evening|дня|вечера|пополудни|вечора|nachmittags|abends|de l'après-midi|"
    "de l'apres-midi|du soir|de la tarde"
)
NIGHT: Final = "at night|ночи|ночі|nachts|de la nuit|de la noche"  # from 6 on before midnight, else after it
O_CLOCK: Final = "uhr h ч"  # what makes an hour one of twenty-four
VAGUE_O_CLOCK: Final = "o'clock|часов|часа|час|годин|години|годині|horas|heures"

FROM: Final = "from с со з із зі від von vom ab de du des desde entre between zwischen между між"
TO: Final = "to till til until thru through до по bis à au a hasta jusqu'à jusqu'au"
BETWEEN: Final = "and и и й і та und et y"
BEFORE_TIME: Final = "at в во о об у um à a las la los les le el l' am the on по den der die im in"

UNTIL: Final = (
    "until|till|til|up to|до|по|bis|bis zum|bis zur|bis zu|jusqu'à|jusqu'au|jusqu'a|jusque|hasta|hasta el|hasta la|"
    "hasta las|a partir de"
)
FOR: Final = "for на für fuer pour por pendant durante"
FOREVER: Final = (
    "forever|for ever|always|for good|навсегда|насовсем|назавжди|immer|für immer|toujours|pour toujours|siempre|"
    "para siempre"
)
TODAY: Final = (
    "today|the end of the day|end of day|midnight|сегодня|конца дня|сьогодні|кінця дня|heute|aujourd'hui|hoy|"
    "полуночи|опівночі|mitternacht|minuit|medianoche"
)
TOMORROW: Final = (
    "tomorrow|tomorrow morning|morning|the morning|завтра|завтрашнего утра|утра|ранку|завтрашнього ранку|morgen|"
    "morgen früh|demain|demain matin|mañana|manana|mañana por la mañana|overnight"
)
NEXT_WEEK: Final = (
    "next week|следующей недели|следующую неделю|наступного тижня|nächste woche|naechste woche|nächster woche|"
    "la semaine prochaine|semaine prochaine|la próxima semana|la proxima semana|la semana que viene"
)
WEEKEND: Final = "the weekend|weekend|выходных|вихідних|wochenende|week-end|le week-end|el fin de semana|fin de semana"
NEXT: Final = "next следующей следующего следующую следующий наступної наступного nächsten nächster próximo proximo"

ALL: Final = "all|everything|всё|все|вообще всё|усе|все|alles|alle|tout|tous|todo|todos"
UNITS: Final = {
    1: "m min mins minute minutes minuten minuto minutos м мин минута минуту минуты минут хв хвилина хвилину хвилини "
    "хвилин",
    60: "h hr hrs hour hours std stunde stunden heure heures hora horas ч час часа часов год година годину "
    "години годин",
    24 * 60: "d day days tag tage tagen j jour jours día días dia dias д день дня дней дні днів сутки суток доба добу "
    "доби",
    7 * 24 * 60: "w week weeks woche wochen sem semaine semaines semana semanas нед неделя неделю недели недель "
    "тиждень тижні тижнів",
}
NUMBERS: Final = {
    0.5: "half|half a|half an|пол|пів|eine halbe|halbe|une demi|demi|media",
    1: "a|an|one|один|одну|одна|ein|eine|einen|un|une|uno|una",
    2: "two|два|две|дві|zwei|deux|dos",
    3: "three|три|drei|trois|tres",
}
HALF_HOUR: Final = "half an hour|полчаса|пів години|півгодини|eine halbe stunde|une demi-heure|demi-heure|media hora"

MONTHS: Final = (
    "jan january янв января січ січня januar janvier janv ene enero",
    "feb february фев февраля лют лютого februar février fevrier févr febrero",
    "mar march мар марта бер березня märz maerz mars marzo",
    "apr april апр апреля кві квітня avril avr abr abril",
    "may мая трав травня mai mayo",
    "jun june июня чер червня juni juin junio",
    "jul july июля лип липня juli juillet juil julio",
    "aug august авг августа сер серпня août aout ago agosto",
    "sep sept september сен сентября вер вересня septembre septiembre",
    "oct october окт октября жов жовтня oktober okt octobre octubre",
    "nov november ноя ноября лис листопада novembre noviembre",
    "dec december дек декабря гру грудня dezember dez décembre decembre dic diciembre",
)
