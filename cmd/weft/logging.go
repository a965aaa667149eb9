package main

import (
	"io"

	"github.com/jensneuse/abstractlogger"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft/config"
)

// newLogger returns the logger that the configuration asks for. Library code
// sees the interface only; that zap is behind it is decided here.
func newLogger(c config.Log, w io.Writer) abstractlogger.Logger {
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
	level, abstract := zapcore.InfoLevel, abstractlogger.InfoLevel
	switch c.Level {
	case "debug":
		level, abstract = zapcore.DebugLevel, abstractlogger.DebugLevel
	case "warn":
		level, abstract = zapcore.WarnLevel, abstractlogger.WarnLevel
	case "error":
		level, abstract = zapcore.ErrorLevel, abstractlogger.ErrorLevel
	}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), level)
	return abstractlogger.NewZapLogger(zap.New(core), abstract)
}
