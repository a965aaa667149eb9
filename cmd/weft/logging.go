package main

import (
	"io"

	"github.com/jensneuse/abstractlogger"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft/config"
)

// logger is the log of a running router. Library code sees the interface only;
// that zap is behind it is decided here. Its level can change while it is used.
type logger struct {
	abstractlogger.Logger
	level  zap.AtomicLevel
	format string
}

// newLogger returns the logger that the configuration asks for.
func newLogger(c config.Log, w io.Writer) *logger {
	settings := zap.NewProductionEncoderConfig()
	settings.TimeKey = "time"
	settings.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	settings.EncodeDuration = zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(settings)
	if c.Format == "console" {
		settings.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		settings.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(settings)
	}
	l := &logger{level: zap.NewAtomicLevelAt(levelOf(c)), format: c.Format}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), l.level)
	l.Logger = abstractlogger.NewZapLogger(zap.New(core), abstractlogger.DebugLevel)
	return l
}

func levelOf(c config.Log) zapcore.Level {
	switch c.Level {
	case "debug":
		return zapcore.DebugLevel
	case "warn":
		return zapcore.WarnLevel
	case "error":
		return zapcore.ErrorLevel
	}
	return zapcore.InfoLevel
}

// apply takes over what can change at a reload.
func (l *logger) apply(c config.Log) {
	if level := levelOf(c); level != l.level.Level() {
		l.level.SetLevel(level)
		l.Logger.Warn("the log level has changed", abstractlogger.String("log_level", c.Level))
	}
	if c.Format != l.format {
		l.Warn("log.format takes effect at the next start", abstractlogger.String("format", l.format))
	}
}

// The methods below look at the level before fields are turned into zap's.

// Debug implements [abstractlogger.Logger].
func (l *logger) Debug(msg string, fields ...abstractlogger.Field) {
	if l.level.Enabled(zapcore.DebugLevel) {
		l.Logger.Debug(msg, fields...)
	}
}

// Info implements [abstractlogger.Logger].
func (l *logger) Info(msg string, fields ...abstractlogger.Field) {
	if l.level.Enabled(zapcore.InfoLevel) {
		l.Logger.Info(msg, fields...)
	}
}

// Warn implements [abstractlogger.Logger].
func (l *logger) Warn(msg string, fields ...abstractlogger.Field) {
	if l.level.Enabled(zapcore.WarnLevel) {
		l.Logger.Warn(msg, fields...)
	}
}
