"""What stands in files of a form, and what may stand there wrongly."""

from collections.abc import Mapping

TOKENS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "万", "亿", "亿元", "%", "‰", "分别", "达到", "以上", "左右", "不低于", "1", "１２", "0.", ",",
        "，", "、", "—", "~", "-", "至", "百分之", "二十五", "〇", "翻一番", "家(次)", "（", "）", "《",
        "“", "\n", "\r\n", "\u3000", "一、", "（一）", "# ", "2024年", "去年", "到2030年", "目标", "第",
        "\u202e", "\ufeff", "\0", "9" * 400, "1" * 30 + "万亿", "\u0661", "²", "½", "①", "零", "负",
        "-1", "1e9", "=1+1", " " * 50, "增长", "同比", "|", "---|---",
    ),
    "html": (
        "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[", "]]>", "<!", "<?", "&", "&#", "&#x",
        "&#1114112;", "&#xd800;", "&lt", "&nbsp;", "<script>", "</script", "<style>", "<p", "<br/>",
        "<td>", "</td>", "<table>", "<title>", "<textarea>", "<select>", "<svg>", '="', "='", '"', "'",
        "\0", "<a href=", "data:a;base64,", "<template>", "<meta charset=gbk>", "<plaintext>", "<head>",
        "</head>", "</body>", "\x0c", "<b " * 40, "<div>" * 300,
    ),
    "xml": (
        "<w:p>", "</w:p>", "<w:r>", "<w:t>", "</w:t>", "<w:t/>", "<w:tab/>", "<w:br/>", "<c>", "</c>",
        "<v>", "</v>", '<c r="A1" t="s"><v>9</v></c>', '<c r="ZZZZ9"><v>1</v></c>',
        '<c t="d"><v>x</v></c>', '<c t="b"><v>2</v></c>', '<row r="-1">', '<row r="99999999999">',
        "<row>", "</row>", "<f>1+1</f>", "<is><t>a</t></is>", 't="e"', 's="99"',
        "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "&#0;", "&#55296;", "<!--", "-->", "<![CDATA[", "]]>",
        "<?a b?>", "xmlns:w=''", "<w:p>" * 500, "<a>" * 2000, "\0",
        "<?xml version='1.0' encoding='cp037'?>", "&amp;", '"', "<", ">", "1e400", "NaN", "-1",
        "99999999999999999999", 'ref="A1:XFD1048576"', 'numFmtId="22"', "#REF!",
    ),
    "pdf": (
        "obj", "endobj", "stream", "endstream", "<<", ">>", "[", "]", "1 0 R", "2 0 R", "3 0 R",
        "4 0 R", "99 0 R", "/Kids", "/Type /Pages", "/Type /Page", "/Count 99999999", "/Count -1",
        "/Length 999999999", "/Length 5 0 R", "/Filter", "/FlateDecode",
        "[/FlateDecode /FlateDecode /FlateDecode]", "/LZWDecode", "/ASCII85Decode", "/ASCIIHexDecode",
        "/RunLengthDecode", "/DecodeParms << /Predictor 15 /Columns 99999999 >>", "/Parent 3 0 R",
        "/Contents 3 0 R", "/Resources 1 0 R", "/Font", "/ToUnicode 4 0 R", "/Encoding",
        "/MediaBox [0 0 -1 1e38]", "/XObject", "Do", "Tj", "TJ", "Tf", "q " * 500, "Q", "BT", "ET",
        "cm", "(", ")", "<feff", "xref", "trailer", "startxref", "%%EOF", "/Prev 9", "/Encrypt 1 0 R",
        "/Root 4 0 R", "/ObjStm", "/XRef", "/W [9 9 9]", "/Index [0 99999999]", "null", "true", "-1",
        "0", "2147483648", "1e999", "\0", "[" * 600, "<<" * 600, "/Annots 2 0 R", "/OCG", "BI /W 9 ID",
        "Inf",
    ),
    "json": (
        "{", "}", "[", "]", ",", ":", '"', "null", "true", "NaN", "Infinity", "-", "1e999", "9" * 5000,
        '"\\ud800"', "\\", '"region"', '"value"', "[" * 3000, '{"a":' * 2000, "\n", "\0", '"\\u0000"',
        "'", "/*", "0x1",
    ),
}  # fmt: skip
