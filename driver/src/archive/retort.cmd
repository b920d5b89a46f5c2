@echo off
rem Starts Retort on Windows: with the runtime beside it, or a JDK 25 or newer.
rem   RETORT_JAVA_HOME  the JDK to use, before JAVA_HOME and the PATH
rem   RETORT_JAVA_OPTS  more options for java
setlocal
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
if exist "%~dp0jre\bin\java.exe" set "java=%~dp0jre\bin\java"
if defined RETORT_JAVA_HOME set "java=%RETORT_JAVA_HOME%\bin\java"
rem What the user says of collector and heap stands, as java refuses two collectors and a heap that begins too large.
set "collector=-XX:+UseSerialGC"
set "heap=-Xms128m -Xmx768m -Xmn64m"
set "_retort_users=%JAVA_TOOL_OPTIONS% %JDK_JAVA_OPTIONS% %RETORT_JAVA_OPTS% %_JAVA_OPTIONS%"
set _retort_users | findstr /r /c:"+Use[A-Za-z0-9]*GC" >nul && set "collector="
set _retort_users | findstr /c:"-Xmx" /c:"-Xms" /c:"-Xmn" /c:"HeapSize=" /c:"MaxRAM" >nul && set "heap="
"%java%" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED %collector% ^
  %heap% -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=30 -XX:-ShrinkHeapInSteps ^
  %RETORT_JAVA_OPTS% -jar "%~dp0retort.jar" %*
exit /b %ERRORLEVEL%
