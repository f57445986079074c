"""The first reasons, in English and Arabic, for staff to change; and the Secretariat's right to do so."""

import importlib

from django.db import migrations

ASK, DECLINE = "ask", "decline"
REASONS = [
    (
        ASK,
        "Another sign that they work there",
        (
            "Dear {name}, from your mail address alone we can’t see that you work for {city}. Could you send us a page of the city that"
            " names you, or the name and work address of a colleague whom we may ask?"
        ),
        (
            "السيد/السيدة {name}، لا يتبيّن لنا من عنوان بريدكم وحده أنكم تعملون لدى {city}. هل يمكنكم أن ترسلوا إلينا صفحة للمدينة يرد فيها اسمكم،"
            " أو اسم زميل يمكننا أن نسأله وعنوان عمله؟"
        ),
    ),
    (
        ASK,
        "A second contact",
        "Dear {name}, whom else at {city} may we ask about your application? A name and a work address are enough; please tell them first.",
        "السيد/السيدة {name}، من غيركم لدى {city} يمكننا أن نسأله عن طلبكم؟ يكفي اسم وعنوان عمل؛ ونرجو أن تخبروه قبل ذلك.",
    ),
    (
        ASK,
        "Does the city’s head know?",
        "Dear {name}, does the head of {city} know that you apply? If not yet, please tell them, and write to us when you did.",
        "السيد/السيدة {name}، هل يعلم رئيس {city} بتقدّمكم بالطلب؟ إن لم يكن يعلم بعد فنرجو أن تخبروه، وأن تكتبوا إلينا بعد ذلك.",
    ),
    (
        ASK,
        "Which authority is it?",
        "Dear {name}, there may be more than one authority by the name of {city}. Which one do you work for, and what is its official name?",
        "السيد/السيدة {name}، قد تكون هناك أكثر من سلطة محلية باسم {city}. لدى أيها تعملون، وما اسمها الرسمي؟",
    ),
    (
        DECLINE,
        "Not a local authority",
        (
            "Dear {name}, the network is for cities and other authorities below the national level, and {city} is none as far as we can see."
            " If a local authority that you work with wishes to join, its people are welcome to apply."
        ),
        (
            "السيد/السيدة {name}، الشبكة مخصصة للمدن وغيرها من السلطات دون المستوى الوطني، و{city} ليست منها بحسب ما يتبيّن لنا."
            " وإذا رغبت سلطة محلية تعملون معها في الانضمام، فنرحب بطلب من العاملين فيها."
        ),
    ),
    (
        DECLINE,
        "Does not work there",
        (
            "Dear {name}, we could not confirm that you work for {city}. Should we be wrong, please apply again with your mail address at work,"
            " or name a colleague who knows you."
        ),
        (
            "السيد/السيدة {name}، لم نتمكن من التأكد من أنكم تعملون لدى {city}. وإن كنا مخطئين، فنرجو أن تتقدموا من جديد بعنوان بريدكم في العمل،"
            " أو أن تسمّوا زميلًا يعرفكم."
        ),
    ),
    (
        DECLINE,
        "No answer to our question",
        (
            "Dear {name}, we asked you about your application for {city} and have had no answer. We close it for now; a new one is welcome at"
            " any time."
        ),
        "السيد/السيدة {name}، سألناكم عن طلبكم الخاص بـ{city} ولم يصلنا جواب. نغلق الطلب الآن، ونرحب بطلب جديد في أي وقت.",
    ),
]
ALLOWED = {"reason": ["view", "add", "change", "delete"]}


def make_reasons(apps, schema_editor):
    reasons = apps.get_model("members", "Reason")
    for use, name, english, arabic in REASONS:
        reasons.objects.get_or_create(use=use, name=name, defaults={"texts": {"en": english, "ar": arabic}})
    importlib.import_module("members.migrations.0002_secretariat").allow(apps, ALLOWED)


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0016_reason"),
    ]
    operations = [migrations.RunPython(make_reasons, migrations.RunPython.noop)]
