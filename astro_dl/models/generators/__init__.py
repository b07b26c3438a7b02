"""Networks that draw new images: decoders, flows on their codes, convolution with what is seen."""
