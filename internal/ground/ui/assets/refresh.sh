#!/bin/sh
# Refreshes the vendored browser files from the npm registry: htmx, the icon sprite, the English face.
# Needs npm and, for the face, pyftsubset with brotli (Debian: fonttools python3-brotli). Run it from this folder
# and commit what changed. Names in icons.txt: ours, and the icon set's own name where that differs.
set -eu
HTMX=4.0.1
LUCIDE=1.62.0
INTER=5.2.8
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
take() { # take <package@version> <folder>
	mkdir "$2"
	tar xzf "$(npm pack --silent "$1")" -C "$2" --strip-components=1
}

take "htmx.org@$HTMX" htmx
sed '/^\/\/# sourceMappingURL/d' htmx/dist/htmx.min.js >"$here/htmx.min.js"
cp htmx/LICENSE "$here/htmx.LICENSE"
echo "htmx.org $HTMX dist/htmx.min.js" >"$here/htmx.VERSION"

take "lucide-static@$LUCIDE" lucide
cp lucide/LICENSE "$here/icons.LICENSE"
echo "lucide-static $LUCIDE, icons named in icons.txt" >"$here/icons.VERSION"
{
	printf '<svg xmlns="http://www.w3.org/2000/svg">'
	while read -r ours theirs; do
		[ -n "$ours" ] || continue
		body=$(sed -e '/<!--/d' -e '/-->/d' "lucide/icons/${theirs:-$ours}.svg" | tr '\n' ' ' | sed -e 's/^[^>]*<svg[^>]*>//' -e 's/<svg[^>]*>//' -e 's/<\/svg>//' -e 's/  */ /g' -e 's/> </></g' -e 's/ \/>/\/>/g' -e 's/^ //' -e 's/ $//')
		printf '<symbol id="%s" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">%s</symbol>\n' "$ours" "$body"
	done <"$here/icons.txt"
	printf '</svg>\n'
} >"$here/icons.svg"

take "@fontsource-variable/inter@$INTER" inter
cp inter/LICENSE "$here/inter.LICENSE"
fonttools varLib.instancer inter/files/inter-latin-wght-normal.woff2 wght=400:700 -o inter.ttf --quiet
pyftsubset inter.ttf --unicodes="U+20-5B,U+5D,U+5F,U+61-7A,U+A5,U+B7,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2026,U+2190-2193" \
	--layout-features=tnum --name-IDs=1,2 --drop-tables+=STAT,MVAR,gasp --flavor=woff2 --no-hinting --desubroutinize --output-file="$here/inter.woff2"
echo "@fontsource-variable/inter $INTER, Latin subset, weights 400 to 700" >"$here/inter.VERSION"
