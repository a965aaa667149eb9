package subgraphs

import "context"

// File is a file that came with a client's request. In variables a text stands for
// it that no client can guess; clients of upstreams that can send files find it by
// that ([FileOf]).
type File struct {
	Name, ContentType string
	Content           []byte
}

type filesKey struct{}

// WithFiles is a context that knows files by the texts that stand for them.
func WithFiles(ctx context.Context, files map[string]*File) context.Context {
	return context.WithValue(ctx, filesKey{}, files)
}

// FileOf is the file that a text stands for, nil if it is any other text.
func FileOf(ctx context.Context, text string) *File {
	files, _ := ctx.Value(filesKey{}).(map[string]*File)
	return files[text]
}
