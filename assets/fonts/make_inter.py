"""Makes Inter.ttf, the one font of the window, from Inter's variable font (SIL OFL 1.1, Inter-LICENSE.txt beside it).

    pip install fonttools fontpkg-inter==4.1.post1
    python make_inter.py "<site-packages>/fontpkg_inter/files/Inter[opsz,wght].ttf" Inter.ttf

What is changed: one weight (400) at the optical size for small text; digits of equal width, so that numbers that change
keep their width; hinting and the layout features that the window does not use are left out.
"""
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

source, target = sys.argv[1:3]
font = instantiateVariableFont(TTFont(source), {"opsz": 14, "wght": 400})

# Bake tabular figures in: the window's text layout has no switch for them.
tabular = {}
gsub = font["GSUB"].table
for record in gsub.FeatureList.FeatureRecord:
    if record.FeatureTag == "tnum":
        for index in record.Feature.LookupListIndex:
            for table in gsub.LookupList.Lookup[index].SubTable:
                tabular.update(getattr(table, "ExtSubTable", table).mapping)
for table in font["cmap"].tables:
    if table.isUnicode():
        for digit in range(0x30, 0x3A):
            table.cmap[digit] = tabular.get(table.cmap[digit], table.cmap[digit])  # subtables may share one dictionary

options = subset.Options(hinting=False, layout_features=["kern", "mark", "mkmk", "ccmp"], name_IDs=["*"], notdef_outline=True)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=font.getBestCmap().keys())
subsetter.subset(font)
font.save(target)
