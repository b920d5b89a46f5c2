#!/bin/sh
# Makes what an archive for Linux on x86-64 holds beside the command's jars: in TARGET/jre a Java runtime, by the jlink of
# Maven's toolchain or else of JAVA_HOME, and in TARGET/linux-x64 Aparapi's native library without those of other systems.
# Usage: runtime.sh TARGET JAVA_HOME MODULES DATE
#   DATE  of the files in that jar
set -eu

target=$1 jdk=${TOOLCHAIN_JAVA_HOME:-$2} modules=$3 date=$4
rm -rf "$target/jre" "$target/linux-x64"
"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=zip-0 \
    --generate-cds-archive --output "$target/jre"

mkdir -p "$target/linux-x64/unpacked"
natives=$(cd "$target/lib" && echo aparapi-jni-*.jar)
(
    cd "$target/linux-x64/unpacked"
    "$jdk/bin/jar" -xf "../../lib/$natives"
    rm -rf win osx linux/*_aarch64.so linux/*_armhf.so linux/*_x86.so
)
"$jdk/bin/jar" --create --date="$date" --file="$target/linux-x64/$natives" -C "$target/linux-x64/unpacked" .
rm -rf "$target/linux-x64/unpacked"

git rev-parse --short HEAD >"$target/COMMIT" 2>/dev/null || echo unknown >"$target/COMMIT"
