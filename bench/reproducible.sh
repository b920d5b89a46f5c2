#!/usr/bin/env bash
# Builds the commit that is checked out in two folders, one after the other, and compares the bytes of what comes out: all jars,
# both archives, the bill of materials. It ends with 1 if any differ. With ROWS=FOLDER it adds a row for
# docs/reliability.md there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in "$work/one" "$work/another/folder"; do
    git clone -q . "$folder"
    mvn -q -B -f "$folder/pom.xml" -Parchive -DskipTests -Dspotless.check.skip=true package
done
count=0 different=0
while IFS= read -r file; do
    count=$((count + 1))
    if ! cmp "$work/one/$file" "$work/another/folder/$file"; then
        different=$((different + 1))
    fi
done < <(cd "$work/one" && find . -path '*/target/*' ! -path '*/lib/*' ! -path '*/jre/*' \
    \( -name '*.jar' -o -name 'retort-*.zip' -o -name 'retort-*.tar.gz' -o -name sbom.json \))
echo "$count jars and archives built twice, $different of them differ"
if [[ -n ${ROWS:-} && $different == 0 ]]; then
    printf '9\tjars and archives of two builds in two folders\t%s\tequal to the bit\t%s\n' "$count" bench/reproducible.sh \
        >"$ROWS/reproducible.tsv"
fi
((different == 0 && count > 0))
